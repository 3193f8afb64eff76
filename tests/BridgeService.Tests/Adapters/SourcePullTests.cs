using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Sure.BridgeService.Adapters;
using Sure.BridgeService.Observations;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Monitors;
using Sure.TestServers;

namespace Sure.BridgeService.Tests.Adapters;

public sealed class SourcePullTests
{
    private static readonly PriceObservation Seen = new("good", Stablecoin.USDC, PriceKind.Price, AdapterHost.Now, 0.88m);

    // Half the interval, at most 10 s: less than the cycle in any case. A request has 0.4 of it, so that two in a row are in time.
    [Theory]
    [InlineData(1, 0.5, 0.2)]
    [InlineData(15, 7.5, 3)]
    [InlineData(60, 10, 4)]
    [InlineData(3600, 10, 4)]
    public void Limits_AreLessThanTheCycle(double interval, double source, double request)
    {
        Assert.Equal(TimeSpan.FromSeconds(source), PullLimits.OfSource(TimeSpan.FromSeconds(interval)));
        Assert.Equal(TimeSpan.FromSeconds(request), PullLimits.OfRequest(TimeSpan.FromSeconds(interval)));
    }

    [Fact]
    public async Task Sources_that_throw_or_never_return_cost_only_their_own()
    {
        var time = new FakeTimeProvider();
        using var log = new LoggedLines();
        using var logs = LoggerFactory.Create(l => l.AddProvider(log));
        var pull = new SourcePull(
            [
                new Told("never", _ => new TaskCompletionSource<ObservationBatch>().Task),
                new Told("throws", _ => throw new InvalidDataException("odd")),
                new Told("good", _ => Task.FromResult(new ObservationBatch([], [Seen]))),
            ],
            Options.Create(new MonitoringOptions()),
            time,
            logs.CreateLogger<SourcePull>());

        var read = pull.ReadAsync(TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(read.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));
        await Eventually.HoldsAsync(() => Task.FromResult(read.IsCompleted), "the read ended", TestContext.Current.CancellationToken);

        Assert.Equal([Seen], (await read).Prices);
        Assert.Contains(log.Lines, l => l.StartsWith("The source never failed", StringComparison.Ordinal));
        Assert.Contains(log.Lines, l => l.StartsWith("The source throws failed", StringComparison.Ordinal) && l.Contains("odd", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cycle_that_is_stopped_stops()
    {
        using var stop = new CancellationTokenSource();
        var pull = new SourcePull(
            [new Told("never", _ => new TaskCompletionSource<ObservationBatch>().Task)],
            Options.Create(new MonitoringOptions()),
            new FakeTimeProvider(),
            LoggerFactory.Create(_ => { }).CreateLogger<SourcePull>());

        var read = pull.ReadAsync(stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
    }

    private sealed class Told(string name, Func<CancellationToken, Task<ObservationBatch>> read) : IObservationSource
    {
        public string Name => name;

        public Task<ObservationBatch> ReadAsync(CancellationToken cancellationToken) => read(cancellationToken);
    }
}
