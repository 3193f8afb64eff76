using Microsoft.Extensions.Options;
using Sure.BridgeService.Observations;
using Sure.Coordination.Monitors;

namespace Sure.BridgeService.Adapters;

/// <summary>How long a cycle waits for its sources: always less than the cycle, whatever its interval.</summary>
internal static class PullLimits
{
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(10);

    /// <summary>A source that takes longer has failed in this cycle: half the interval, at most 10 s.</summary>
    public static TimeSpan OfSource(TimeSpan interval) => interval / 2 < Most ? interval / 2 : Most;

    /// <summary>One request with its retries: a source that needs two in a row, as a chain does, still has its answers in time.</summary>
    public static TimeSpan OfRequest(TimeSpan interval) => OfSource(interval) * 0.4;

    /// <summary>One attempt, at most: it ends before its request does, for what the request's limit ends is no failure that the circuit counts.</summary>
    public static TimeSpan OfAttempt(TimeSpan interval) => OfRequest(interval) * 0.9;
}

/// <summary>Asks all sources at once. One that fails or is late costs its own observations of this cycle and nothing else.</summary>
internal sealed partial class SourcePull(
    IEnumerable<IObservationSource> sources, IOptions<MonitoringOptions> monitoring, TimeProvider time, ILogger<SourcePull> logger)
{
    private readonly TimeSpan _limit = PullLimits.OfSource(monitoring.Value.BridgeInterval);

    /// <summary>What the sources say that answer in time.</summary>
    public async Task<ObservationBatch> ReadAsync(CancellationToken cancellationToken)
    {
        var observed = await Task.WhenAll(sources.Select(s => ReadAsync(s, cancellationToken)));
        return new ObservationBatch([.. observed.SelectMany(o => o.Bridges)], [.. observed.SelectMany(o => o.Prices)]);
    }

    private async Task<ObservationBatch> ReadAsync(IObservationSource source, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(_limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            // Waits no longer even for a source that does not heed the token.
            return await source.ReadAsync(either.Token).WaitAsync(either.Token);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Log.SourceFailed(logger, source.Name, exception);
            return new ObservationBatch([], []);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The source {Source} failed in this cycle; the others go on")]
        public static partial void SourceFailed(ILogger logger, string source, Exception exception);
    }
}
