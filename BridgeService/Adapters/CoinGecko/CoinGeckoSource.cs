using Microsoft.Extensions.Options;
using Sure.BridgeService.Observations;

namespace Sure.BridgeService.Adapters.CoinGecko;

/// <summary>Prices of coins as CoinGecko averages them over venues.</summary>
internal sealed class CoinGeckoSource(
    [FromKeyedServices(CoinGeckoSource.SourceName)] Upstream upstream,
    IOptions<AdapterOptions> options, IOptions<IngestionOptions> limits, AdapterTelemetry telemetry, TimeProvider time, ILogger<CoinGeckoSource> logger)
    : PulledSource(SourceName, options.Value.CoinGecko.Interval, options.Value.CoinGecko.MaxAge, limits.Value, telemetry, time, logger)
{
    public const string SourceName = "coingecko";

    private readonly CoinMapping[] _coins = [.. options.Value.CoinGecko.Coins];

    protected override async Task<Findings> AskAsync(CancellationToken cancellationToken)
    {
        var ids = string.Join(',', _coins.Select(c => c.Id));
        var answer = await upstream.GetAsync(Name, $"simple/price?ids={ids}&vs_currencies=usd&include_last_updated_at=true", cancellationToken);
        return new Findings([], answer.IsAccepted(out var body, out var refusal) ? CoinGeckoPrices.Parse(body, _coins, Name) : _coins.Refused(refusal));
    }
}
