namespace Sure.EndToEndTests;

/// <summary>The dashboard in a real browser.</summary>
public sealed class DashboardTests(RunningPlatform platform)
{
    [Fact]
    public Task Its_sources_hold_to_their_types_their_rules_and_their_unit_tests() => Browser.CheckAsync();

    [Fact]
    public Task People_buy_deposit_and_look_and_the_page_outlives_the_gateway() =>
        Browser.RunAsync(platform, new Dictionary<string, string>(StringComparer.Ordinal), "--grep-invert", "@event");
}
