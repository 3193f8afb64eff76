using Microsoft.Extensions.Options;
using Sure.BridgeService.Observations;

namespace Sure.BridgeService.Adapters.Evm;

/// <summary>Prices of coins from Chainlink feeds of one chain, as of its newest block.</summary>
/// <remarks>
/// A feed is written when the price moves or the heartbeat is due; between the two its last answer is its word. So the observation carries
/// the time of the block at which that was its word, and the round must be within its heartbeat.
/// </remarks>
internal sealed class FeedSource(
    ChainReader reader, ChainOptions chain, IOptions<IngestionOptions> limits, AdapterTelemetry telemetry, TimeProvider time, ILogger<FeedSource> logger)
    : PulledSource(NameOf(chain), chain.Interval, chain.MaxBlockAge, limits.Value, telemetry, time, logger)
{
    private readonly FeedOptions[] _feeds = [.. chain.Feeds.Where(f => f.Stablecoin is not null)];

    public static string NameOf(ChainOptions chain) => $"chainlink-{chain.Word}";

    /// <summary>What the chain says of each of <paramref name="feeds"/>, in their order.</summary>
    public static IEnumerable<Outcome<PriceObservation>> Prices(ChainState state, IEnumerable<FeedOptions> feeds, string? sequencerFeed, string source)
    {
        var fault = ChainlinkFeed.SequencerFault(state, sequencerFeed);
        return feeds.Select(feed => fault ?? Price(state, feed, source));
    }

    protected override async Task<Findings> AskAsync(CancellationToken cancellationToken)
    {
        EthCall[] calls = [.. _feeds.SelectMany(ChainlinkFeed.Calls).Concat(ChainlinkFeed.SequencerCalls(chain.SequencerFeed)).Distinct()];
        var answer = await reader.ReadAsync(ChainReader.Latest, calls, cancellationToken);
        return new Findings([], answer.IsAccepted(out var state, out var refusal)
            ? [.. Prices(state, _feeds, chain.SequencerFeed, Name)]
            : [.. _feeds.Select(_ => (Outcome<PriceObservation>)refusal)]);
    }

    private static Outcome<PriceObservation> Price(ChainState state, FeedOptions feed, string source) =>
        ChainlinkFeed.Read(state, feed).IsAccepted(out var answer, out var refusal) && FixedPoint.Of(answer, feed.Decimals).IsAccepted(out var price, out refusal)
            ? new PriceObservation(source, feed.Stablecoin!.Value, feed.Kind, state.Block.MadeAt, price)
            : refusal;
}
