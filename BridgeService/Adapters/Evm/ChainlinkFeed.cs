using System.Numerics;

namespace Sure.BridgeService.Adapters.Evm;

/// <summary>Reads Chainlink feeds as of a block, and believes no round that fails a check.</summary>
internal static class ChainlinkFeed
{
    /// <summary>How long a feed may be late for its heartbeat: transactions wait for a block.</summary>
    private static readonly TimeSpan HeartbeatMargin = TimeSpan.FromSeconds(100);

    /// <summary>How far a round may be dated after the block that has it: a sequencer's clock, which is not ours.</summary>
    private static readonly TimeSpan MostAhead = TimeSpan.FromMinutes(5);

    /// <summary>After a roll-up's sequencer returned, for how long prices are not believed: others could not act on them meanwhile.</summary>
    private static readonly TimeSpan SequencerGrace = TimeSpan.FromHours(1);

    /// <summary>What must be asked for <see cref="Read"/>.</summary>
    public static IEnumerable<EthCall> Calls(FeedOptions feed) => [Abi.LatestRoundData(feed.Address), Abi.Decimals(feed.Address)];

    /// <summary>What must be asked for <see cref="SequencerFault"/>.</summary>
    public static IEnumerable<EthCall> SequencerCalls(string? feed) => feed is null ? [] : [Abi.LatestRoundData(feed)];

    /// <summary>The feed's answer, above 0, with <see cref="FeedOptions.Decimals"/> decimals.</summary>
    public static Outcome<BigInteger> Read(ChainState state, FeedOptions feed)
    {
        if (!Contracts.CheckDecimals(state, feed.Address, feed.Decimals).IsAccepted(out _, out var refusal)
            || !Round(state, feed.Address).IsAccepted(out var round, out refusal))
        {
            return refusal;
        }

        if (round.Answer <= 0)
        {
            return Refuse(RefusalReason.OutOfRange, $"an answer of {round.Answer} is not above 0.");
        }

        // An aggregator that may go no further says its bound whatever the market says.
        if (!FixedPoint.Of(round.Answer, feed.Decimals).IsAccepted(out var answer, out refusal))
        {
            return refusal;
        }

        if (answer <= feed.LeastAnswer || answer >= feed.MostAnswer)
        {
            return Refuse(RefusalReason.OutOfRange, $"{answer} is at a bound of the aggregator, {feed.LeastAnswer} … {feed.MostAnswer}.");
        }

        if (round.UpdatedAt.IsZero || round.AnsweredInRound < round.RoundId)
        {
            return Refuse(RefusalReason.Stale, $"round {round.RoundId} has no answer of its own yet.");
        }

        var madeAt = state.Block.MadeAt.ToUnixTimeSeconds();
        if (round.UpdatedAt > madeAt + (long)MostAhead.TotalSeconds)
        {
            return Refuse(RefusalReason.Future, $"updated at {round.UpdatedAt}, after its block of {madeAt}.");
        }

        return madeAt - round.UpdatedAt <= (long)(feed.Heartbeat + HeartbeatMargin).TotalSeconds
            ? round.Answer
            : Refuse(RefusalReason.Stale, $"updated at {round.UpdatedAt}, more than {feed.Heartbeat} before its block of {madeAt}.");

        Refusal Refuse(RefusalReason reason, string detail) => new(reason, $"{feed.Address}: {detail}");
    }

    /// <summary>Why no feed of a roll-up is believed now; null where they are, and on chains without a sequencer.</summary>
    /// <param name="state">Has the sequencer's feed: its answer 0 is up, <c>startedAt</c> since when.</param>
    /// <param name="feed">The address of the feed.</param>
    public static Refusal? SequencerFault(ChainState state, string? feed)
    {
        if (feed is null)
        {
            return null;
        }

        if (!Round(state, feed).IsAccepted(out var round, out var refusal))
        {
            return refusal;
        }

        var upFor = state.Block.MadeAt.ToUnixTimeSeconds() - round.StartedAt;
        return round.Answer.IsZero && !round.StartedAt.IsZero && upFor > (long)SequencerGrace.TotalSeconds
            ? null
            : new Refusal(RefusalReason.SequencerDown, $"{feed}: the sequencer is down, or up for less than {SequencerGrace}.");
    }

    private static Outcome<ChainlinkRound> Round(ChainState state, string feed)
    {
        if (!state.Answers[Abi.LatestRoundData(feed)].IsAccepted(out var data, out var refusal) || !Abi.Words(data, 5).IsAccepted(out var words, out refusal))
        {
            return refusal with { Detail = $"{feed}: {refusal.Detail}" };
        }

        return new ChainlinkRound(words[0], Abi.Signed(words[1]), words[2], words[3], words[4]);
    }

    /// <summary>The answer of <c>latestRoundData()</c>; times in Unix seconds.</summary>
    private sealed record ChainlinkRound(BigInteger RoundId, BigInteger Answer, BigInteger StartedAt, BigInteger UpdatedAt, BigInteger AnsweredInRound);
}
