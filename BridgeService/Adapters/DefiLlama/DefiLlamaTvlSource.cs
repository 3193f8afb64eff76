using Microsoft.Extensions.Options;
using Sure.BridgeService.Observations;

namespace Sure.BridgeService.Adapters.DefiLlama;

/// <summary>Values locked in protocols, as DefiLlama sums them up about once an hour.</summary>
internal sealed class DefiLlamaTvlSource(
    [FromKeyedServices(DefiLlamaTvlSource.SourceName)] Upstream upstream,
    IOptions<AdapterOptions> options, IOptions<IngestionOptions> limits, AdapterTelemetry telemetry, TimeProvider time, ILogger<DefiLlamaTvlSource> logger)
    : PulledSource(SourceName, options.Value.DefiLlama.TvlInterval, options.Value.DefiLlama.MaxTvlAge, limits.Value, telemetry, time, logger)
{
    public const string SourceName = "defillama-tvl";

    private readonly DefiLlamaOptions _options = options.Value.DefiLlama;

    protected override async Task<Findings> AskAsync(CancellationToken cancellationToken) =>
        new(await Task.WhenAll(_options.Protocols.Select(p => AskAsync(p, cancellationToken))), []);

    private async Task<Outcome<BridgeObservation>> AskAsync(DefiLlamaProtocol protocol, CancellationToken cancellationToken) =>
        (await upstream.GetAsync(Name, $"protocol/{protocol.Slug}", cancellationToken)).IsAccepted(out var body, out var refusal)
            ? DefiLlamaTvl.Parse(body, protocol, Name)
            : refusal;
}
