[assembly: AssemblyFixture(typeof(Sure.EndToEndTests.DashboardSources))]

namespace Sure.EndToEndTests;

/// <summary>
/// Types and lint of the dashboard. They need no platform and no clock, only half a minute of a processor: they are begun with the first test
/// and take what the others, which wait for much, leave of it.
/// </summary>
public sealed class DashboardSources : IAsyncLifetime
{
    private readonly CancellationTokenSource _over = new();

    /// <summary>What they find.</summary>
    internal Task<TestServers.ToolRun> Check { get; private set; } = null!;

    /// <inheritdoc />
    public ValueTask InitializeAsync()
    {
        Check = Browser.RunScriptAsync("check:sources", _over.Token);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await Check;
        _over.Dispose();
    }
}
