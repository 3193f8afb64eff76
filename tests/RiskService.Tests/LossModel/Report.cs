namespace Sure.RiskService.Tests.LossModel;

/// <summary>Writes what was measured into the test's output, for the table in docs/models/loss-model.md.</summary>
internal static class Report
{
    public static void Line(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);
}
