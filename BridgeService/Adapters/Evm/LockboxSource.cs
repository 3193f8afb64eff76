using Microsoft.Extensions.Options;
using Sure.BridgeService.Observations;

namespace Sure.BridgeService.Adapters.Evm;

/// <summary>What bridges hold on one chain as of its newest final block: balances of tokens at Chainlink's prices as of the same block.</summary>
internal sealed class LockboxSource(
    ChainReader reader, ChainOptions chain, IOptions<IngestionOptions> limits, AdapterTelemetry telemetry, TimeProvider time, ILogger<LockboxSource> logger)
    : PulledSource(NameOf(chain), chain.Interval, chain.MaxBlockAge, limits.Value, telemetry, time, logger)
{
    private readonly string[] _bridges = [.. BridgesOf(chain)];

    public static string NameOf(ChainOptions chain) => $"rpc-{chain.Word}";

    /// <summary>What must be asked for the values of its lockboxes.</summary>
    public static IEnumerable<EthCall> Calls(ChainOptions chain)
    {
        var feeds = chain.Lockboxes.Select(l => chain.FeedAt(l.Feed)!);
        return chain.Lockboxes.SelectMany<LockboxOptions, EthCall>(l => [Abi.BalanceOf(l.Token, l.Holder), Abi.Decimals(l.Token)])
            .Concat(feeds.SelectMany(ChainlinkFeed.Calls))
            .Concat(ChainlinkFeed.SequencerCalls(chain.SequencerFeed))
            .Distinct();
    }

    /// <summary>
    /// What the chain says of each bridge. A bridge of which one balance was refused is refused: a sum without it would look like a drain.
    /// </summary>
    public static IEnumerable<Outcome<BridgeObservation>> Observe(ChainState state, ChainOptions chain, string source) =>
        BridgesOf(chain).Select(bridge => Observe(state, chain, bridge, source));

    protected override async Task<Findings> AskAsync(CancellationToken cancellationToken)
    {
        var answer = await reader.ReadAsync(ChainReader.Finalized, [.. Calls(chain)], cancellationToken);
        return new Findings(
            answer.IsAccepted(out var state, out var refusal)
                ? [.. Observe(state, chain, Name)]
                : [.. _bridges.Select(_ => (Outcome<BridgeObservation>)refusal)],
            []);
    }

    private static IEnumerable<string> BridgesOf(ChainOptions chain) => chain.Lockboxes.Select(l => l.Bridge).Distinct();

    private static Outcome<BridgeObservation> Observe(ChainState state, ChainOptions chain, string bridge, string source)
    {
        var tvl = 0m;
        foreach (var lockbox in chain.Lockboxes.Where(l => l.Bridge == bridge))
        {
            if (!ValueOf(state, chain, lockbox).IsAccepted(out var dollars, out var refusal))
            {
                return refusal with { Detail = $"{bridge}: {refusal.Detail}" };
            }

            tvl += dollars;
        }

        return new BridgeObservation(source, bridge, state.Block.MadeAt, tvl);
    }

    private static Outcome<decimal> ValueOf(ChainState state, ChainOptions chain, LockboxOptions lockbox)
    {
        var feed = chain.FeedAt(lockbox.Feed)!;
        if (ChainlinkFeed.SequencerFault(state, chain.SequencerFeed) is { } fault)
        {
            return fault;
        }

        if (!Contracts.CheckDecimals(state, lockbox.Token, lockbox.Decimals!.Value).IsAccepted(out _, out var refusal)
            || !ChainlinkFeed.Read(state, feed).IsAccepted(out var price, out refusal)
            || !state.Answers[Abi.BalanceOf(lockbox.Token, lockbox.Holder)].IsAccepted(out var data, out refusal)
            || !Abi.Word(data).IsAccepted(out var balance, out refusal))
        {
            return refusal with { Detail = $"{lockbox.Holder}: {refusal.Detail}" };
        }

        return FixedPoint.Dollars(balance, lockbox.Decimals!.Value, price, feed.Decimals);
    }
}
