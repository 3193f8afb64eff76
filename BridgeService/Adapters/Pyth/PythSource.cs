using Microsoft.Extensions.Options;
using Sure.BridgeService.Observations;

namespace Sure.BridgeService.Adapters.Pyth;

/// <summary>Prices of coins that Pyth's publishers agree on, from a Hermes server.</summary>
internal sealed class PythSource(
    [FromKeyedServices(PythSource.SourceName)] Upstream upstream,
    IOptions<AdapterOptions> options, IOptions<IngestionOptions> limits, AdapterTelemetry telemetry, TimeProvider time, ILogger<PythSource> logger)
    : PulledSource(SourceName, options.Value.Pyth.Interval, options.Value.Pyth.MaxAge, limits.Value, telemetry, time, logger)
{
    public const string SourceName = "pyth";

    private readonly CoinMapping[] _feeds = [.. options.Value.Pyth.Feeds];
    private readonly decimal _mostConfidenceRatio = options.Value.Pyth.MostConfidenceRatio;

    protected override async Task<Findings> AskAsync(CancellationToken cancellationToken)
    {
        var ids = string.Join('&', _feeds.Select(f => $"ids[]={f.Id}"));
        var answer = await upstream.GetAsync(Name, $"v2/updates/price/latest?{ids}", cancellationToken);
        return new Findings([], answer.IsAccepted(out var body, out var refusal)
            ? PythPrices.Parse(body, _feeds, _mostConfidenceRatio, Name)
            : _feeds.Refused(refusal));
    }
}
