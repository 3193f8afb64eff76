using Microsoft.Extensions.Options;
using Sure.BridgeService.Observations;
using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.Adapters.Evm;

/// <summary>
/// Whether bridges are paused, as of the newest final block of one chain. A source apart from that of the balances: what one of them
/// says must not make what the other said before look fresh.
/// </summary>
internal sealed class PauseFlagSource(
    ChainReader reader, ChainOptions chain, IOptions<IngestionOptions> limits, AdapterTelemetry telemetry, TimeProvider time, ILogger<PauseFlagSource> logger)
    : PulledSource(NameOf(chain), chain.Interval, chain.MaxBlockAge, limits.Value, telemetry, time, logger)
{
    private readonly string[] _bridges = [.. BridgesOf(chain)];

    public static string NameOf(ChainOptions chain) => SourceNames.PauseFlags + chain.Word;

    /// <summary>Whether a source of that name reads final blocks.</summary>
    public static bool IsItsName(string source) => source.StartsWith(SourceNames.PauseFlags, StringComparison.Ordinal);

    /// <summary>What the chain says of each bridge: paused where one of its flags is set; refused where one of them is.</summary>
    public static IEnumerable<Outcome<BridgeObservation>> Observe(ChainState state, ChainOptions chain, string source) =>
        BridgesOf(chain).Select(bridge => Observe(state, chain, bridge, source));

    protected override async Task<Findings> AskAsync(CancellationToken cancellationToken)
    {
        var answer = await reader.ReadAsync(ChainReader.Finalized, [.. chain.PauseFlags.Select(f => Abi.Paused(f.Contract)).Distinct()], cancellationToken);
        return new Findings(
            answer.IsAccepted(out var state, out var refusal)
                ? [.. Observe(state, chain, Name)]
                : [.. _bridges.Select(_ => (Outcome<BridgeObservation>)refusal)],
            []);
    }

    private static IEnumerable<string> BridgesOf(ChainOptions chain) => chain.PauseFlags.Select(f => f.Bridge).Distinct();

    private static Outcome<BridgeObservation> Observe(ChainState state, ChainOptions chain, string bridge, string source)
    {
        var isPaused = false;
        foreach (var flag in chain.PauseFlags.Where(f => f.Bridge == bridge))
        {
            if (!state.Answers[Abi.Paused(flag.Contract)].IsAccepted(out var data, out var refusal) || !Abi.Boolean(data).IsAccepted(out var isSet, out refusal))
            {
                return refusal with { Detail = $"{bridge}, {flag.Contract}: {refusal.Detail}" };
            }

            isPaused |= isSet;
        }

        return new BridgeObservation(source, bridge, state.Block.MadeAt, TvlUsd: null, isPaused);
    }
}
