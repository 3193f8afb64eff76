namespace Sure.EndToEndTests;

/// <summary>The dashboard in a real browser.</summary>
public sealed class DashboardTests(RunningPlatform platform)
{
    [Fact]
    public Task People_buy_deposit_and_look_and_the_page_outlives_the_gateway() =>
        Browser.RunAsync(platform, new Dictionary<string, string>(StringComparer.Ordinal), "--grep-invert", "@event");
}
