using Microsoft.Extensions.Options;
using Sure.BridgeService.Observations;

namespace Sure.BridgeService.Adapters.DefiLlama;

/// <summary>Prices of coins that DefiLlama composes of several venues.</summary>
internal sealed class DefiLlamaPriceSource(
    [FromKeyedServices(DefiLlamaPriceSource.SourceName)] Upstream upstream,
    IOptions<AdapterOptions> options, IOptions<IngestionOptions> limits, AdapterTelemetry telemetry, TimeProvider time, ILogger<DefiLlamaPriceSource> logger)
    : PulledSource(SourceName, options.Value.DefiLlama.PriceInterval, options.Value.DefiLlama.MaxPriceAge, limits.Value, telemetry, time, logger)
{
    public const string SourceName = "defillama-prices";

    private readonly CoinMapping[] _coins = [.. options.Value.DefiLlama.Coins];
    private readonly decimal _leastConfidence = options.Value.DefiLlama.LeastConfidence;

    protected override async Task<Findings> AskAsync(CancellationToken cancellationToken)
    {
        var answer = await upstream.GetAsync(Name, $"prices/current/{string.Join(',', _coins.Select(c => c.Id))}", cancellationToken);
        return new Findings([], answer.IsAccepted(out var body, out var refusal)
            ? DefiLlamaPrices.Parse(body, _coins, _leastConfidence, Name)
            : _coins.Refused(refusal));
    }
}
