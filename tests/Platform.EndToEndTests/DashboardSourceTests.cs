namespace Sure.EndToEndTests;

/// <summary>The dashboard without a browser.</summary>
public sealed class DashboardSourceTests(DashboardSources sources, RunningPlatform shared) : IAsyncLifetime
{
    /// <summary>Its unit tests have clocks of their own; the cores are for them alone.</summary>
    public async ValueTask InitializeAsync() => await shared.EndAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Its_sources_hold_to_their_types_and_their_rules()
    {
        var check = await sources.Check;

        Assert.True(check.ExitCode == 0, check.ToString());
    }

    [Fact]
    public async Task Its_unit_tests_hold()
    {
        var tests = await Browser.RunScriptAsync("test", TestContext.Current.CancellationToken);

        Assert.True(tests.ExitCode == 0, tests.ToString());
    }
}
