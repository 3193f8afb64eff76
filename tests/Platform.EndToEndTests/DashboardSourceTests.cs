namespace Sure.EndToEndTests;

/// <summary>The dashboard without a browser. It needs no platform, and the cores are for it alone.</summary>
public sealed class DashboardSourceTests(RunningPlatform shared) : IAsyncLifetime
{
    public async ValueTask InitializeAsync() => await shared.EndAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public Task Its_sources_hold_to_their_types_their_rules_and_their_unit_tests() => Browser.CheckAsync();
}
