using Microsoft.Extensions.Options;
using Sure.BridgeService.Market.Playing;
using Sure.BridgeService.Observations;

namespace Sure.BridgeService.Market;

/// <summary>The simulated market as a source of observations.</summary>
internal sealed class SimulatedSource(PlayStore plays, IOptions<MarketOptions> options, TimeProvider time) : IObservationSource
{
    private readonly SimulatedMarket _market = new(options.Value.Seed);
    private double? _lookedAt;

    public string Name => "simulated";

    public async Task<ObservationBatch> ReadAsync(CancellationToken cancellationToken)
    {
        var playback = await plays.ReadAsync(cancellationToken);
        var now = time.GetUtcNow();
        var minutes = SimulatedMarket.MinutesAt(now, options.Value.Speed);
        var since = Math.Max(0, minutes - (_lookedAt ?? minutes));
        _lookedAt = minutes;
        return _market.Observe(minutes, since, now, playback?.IsFelt(now) is true ? playback : null);
    }
}
