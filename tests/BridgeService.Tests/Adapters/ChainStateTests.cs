using System.Numerics;
using Sure.BridgeService.Adapters;
using Sure.BridgeService.Adapters.Evm;
using Sure.BridgeService.Observations;
using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.Tests.Adapters;

/// <summary>What contracts answered, read as prices, values and flags. Rounds of USDC/USD are those of March 2023.</summary>
public sealed class ChainStateTests
{
    private const string Feed = "0x8fFfFfd4AfB6115b954Bd326cbe7B4BA576818f6";
    private const string EtherFeed = "0x00000000000000000000000000000000000000e1";
    private const string Sequencer = "0x00000000000000000000000000000000000000f1";
    private const string Usdc = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48";
    private const string Ether = "0x00000000000000000000000000000000000000a2";
    private const string Holder = "0x00000000000000000000000000000000000000b1";
    private const long LowestAt = 1_678_521_083;

    private static readonly FeedOptions UsdcFeed = new() { Address = Feed, Stablecoin = Stablecoin.USDC };

    [Theory]
    [InlineData(1_678_497_491, 99_209_183, "0.99209183")]
    [InlineData(1_678_505_351, 96_874_705, "0.96874705")]
    [InlineData(1_678_517_339, 89_897_889, "0.89897889")]
    [InlineData(1_678_521_083, 88_000_000, "0.88")]
    public void Feed_RoundOfMarch2023_IsItsPriceAsOfItsBlock(long updatedAt, int answer, string price)
    {
        var state = State(updatedAt + 12, (Abi.LatestRoundData(Feed), Words.Round(answer, updatedAt)), (Abi.Decimals(Feed), Words.Of(8)));

        Assert.Equal(
            new PriceObservation("chainlink", Stablecoin.USDC, PriceKind.Price, DateTimeOffset.FromUnixTimeSeconds(updatedAt + 12), decimal.Parse(price)),
            Assert.Single(FeedSource.Prices(state, [UsdcFeed], sequencerFeed: null, "chainlink")).Value);
    }

    // Heartbeat 86 400 s and a margin of 100 s: 86 500 s after its update a round is believed, a second later not.
    [Theory]
    [InlineData(86_500, null)]
    [InlineData(86_501, "Stale")]
    [InlineData(-300, null)]
    [InlineData(-301, "Future")]
    public void Feed_AgeOfTheRound_IsHeldAgainstItsHeartbeat(long age, string? reason) =>
        Assert.Equal(reason, Read(Words.Round(88_000_000, LowestAt), LowestAt + age).Refusal?.Reason.ToString());

    [Theory]
    [InlineData("0", "OutOfRange")]
    [InlineData("-88000000", "OutOfRange")]
    [InlineData("1000000", "OutOfRange")] // 0.01, where the aggregator ends
    [InlineData("1000001", null)]
    [InlineData("100000000000", "OutOfRange")] // 1 000, where the aggregator ends
    [InlineData("57896044618658097711785492504343953926634992332820282019728792003956564819967", "OutOfRange")]
    public void Feed_Answer_IsAboveZeroAndWithinTheAggregator(string answer, string? reason) =>
        Assert.Equal(reason, Read(Words.Round(BigInteger.Parse(answer), LowestAt), LowestAt).Refusal?.Reason.ToString());

    [Fact]
    public void Feed_RoundWithoutAnAnswerOfItsOwn_IsStale()
    {
        Assert.Equal(RefusalReason.Stale, Read(Words.Round(88_000_000, LowestAt, answeredInRound: Words.RoundId - 1), LowestAt).Refusal!.Reason);
        Assert.Equal(RefusalReason.Stale, Read(Words.Round(88_000_000, updatedAt: 0), LowestAt).Refusal!.Reason);
    }

    [Theory]
    [InlineData("0x", "NoContract")]
    [InlineData("0x00", "Malformed")]
    public void Feed_AnswerThatIsNotARound_IsRefused(string data, string reason) => Assert.Equal(reason, Read(data, LowestAt).Refusal!.Reason.ToString());

    [Fact]
    public void Feed_OneWordShort_IsRefused() =>
        Assert.Equal(RefusalReason.Malformed, Read(Words.Of(Words.RoundId, 88_000_000, LowestAt, LowestAt), LowestAt).Refusal!.Reason);

    [Fact]
    public void Feed_OtherDecimalsThanConfigured_IsRefused() =>
        Assert.Equal(RefusalReason.Unit, Read(Words.Round(88_000_000, LowestAt), LowestAt, decimals: 18).Refusal!.Reason);

    // Up is 0; for an hour after the sequencer's return no price is believed.
    [Theory]
    [InlineData(0, 3601, null)]
    [InlineData(0, 3600, "SequencerDown")]
    [InlineData(1, 90_000, "SequencerDown")]
    public void Feed_OfARollUp_WaitsForTheSequencer(int answer, long since, string? reason)
    {
        var state = State(
            LowestAt,
            (Abi.LatestRoundData(Feed), Words.Round(88_000_000, LowestAt)),
            (Abi.Decimals(Feed), Words.Of(8)),
            (Abi.LatestRoundData(Sequencer), Words.Round(answer, LowestAt, startedAt: LowestAt - since)));

        Assert.Equal(reason, Assert.Single(FeedSource.Prices(state, [UsdcFeed], Sequencer, "chainlink")).Refusal?.Reason.ToString());
    }

    // 81 000 000 USDC (6 decimals) at 0.88 are 71 280 000; 2.5 ether (18 decimals) at 1 841.36023127 are 4 603.400578175; together 71 284 603.40.
    [Fact]
    public void Lockboxes_OfABridge_AreSummedAtTheFeedsPrices()
    {
        var observation = Assert.Single(LockboxSource.Observe(Locked("2500000000000000000"), Chain(), "rpc")).Value;

        Assert.Equal(new BridgeObservation("rpc", "wormhole_eth_ton", DateTimeOffset.FromUnixTimeSeconds(LowestAt), 71_284_603.40m), observation);
    }

    [Fact]
    public void Lockboxes_Empty_AreZero() => Assert.Equal(71_280_000m, Assert.Single(LockboxSource.Observe(Locked("0"), Chain(), "rpc")).Value.TvlUsd);

    [Fact]
    public void Lockboxes_OneRefused_RefusesTheBridge()
    {
        var state = Locked("0");
        var answers = state.Answers.ToDictionary();
        answers[Abi.BalanceOf(Ether, Holder)] = "0x";

        Assert.Equal(RefusalReason.NoContract, Assert.Single(LockboxSource.Observe(state with { Answers = answers }, Chain(), "rpc")).Refusal!.Reason);
    }

    [Fact]
    public void Lockboxes_TokenOfOtherDecimals_AreRefused()
    {
        var state = Locked("0");
        var answers = state.Answers.ToDictionary();
        answers[Abi.Decimals(Usdc)] = Words.Of(18);

        Assert.Equal(RefusalReason.Unit, Assert.Single(LockboxSource.Observe(state with { Answers = answers }, Chain(), "rpc")).Refusal!.Reason);
    }

    [Fact]
    public void Lockboxes_ValuesByAFeedThatIsStale_AreRefused()
    {
        var state = Locked("0");
        var answers = state.Answers.ToDictionary();
        answers[Abi.LatestRoundData(Feed)] = Words.Round(88_000_000, LowestAt - 90_000);

        Assert.Equal(RefusalReason.Stale, Assert.Single(LockboxSource.Observe(state with { Answers = answers }, Chain(), "rpc")).Refusal!.Reason);
    }

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(0, 1, true)]
    public void Flags_OfABridge_PauseItWhereOneIsSet(int first, int second, bool isPaused)
    {
        var state = State(LowestAt, (Abi.Paused(Holder), Words.Of(first)), (Abi.Paused(Usdc), Words.Of(second)));

        Assert.Equal(
            new BridgeObservation("paused", "orbit_eth_ton", DateTimeOffset.FromUnixTimeSeconds(LowestAt), TvlUsd: null, isPaused),
            Assert.Single(PauseFlagSource.Observe(state, Chain(), "paused")).Value);
    }

    [Fact]
    public void Flags_OneUnknown_IsNoAnswerAboutTheBridge()
    {
        var state = State(LowestAt, (Abi.Paused(Holder), Words.Of(0)), (Abi.Paused(Usdc), Words.Of(2)));

        Assert.Equal(RefusalReason.Malformed, Assert.Single(PauseFlagSource.Observe(state, Chain(), "paused")).Refusal!.Reason);
    }

    private static Outcome<PriceObservation> Read(string round, long blockMadeAt, int decimals = 8)
    {
        var feed = new FeedOptions { Address = Feed, Stablecoin = Stablecoin.USDC, LeastAnswer = 0.01m, MostAnswer = 1_000 };
        return Assert.Single(FeedSource.Prices(
            State(blockMadeAt, (Abi.LatestRoundData(Feed), round), (Abi.Decimals(Feed), Words.Of(decimals))), [feed], sequencerFeed: null, "chainlink"));
    }

    private static ChainState Locked(string ether) => State(
        LowestAt,
        (Abi.BalanceOf(Usdc, Holder), Words.Of(81_000_000_000_000)),
        (Abi.Decimals(Usdc), Words.Of(6)),
        (Abi.BalanceOf(Ether, Holder), Words.Of(BigInteger.Parse(ether))),
        (Abi.Decimals(Ether), Words.Of(18)),
        (Abi.LatestRoundData(Feed), Words.Round(88_000_000, LowestAt)),
        (Abi.Decimals(Feed), Words.Of(8)),
        (Abi.LatestRoundData(EtherFeed), Words.Round(184_136_023_127, LowestAt)),
        (Abi.Decimals(EtherFeed), Words.Of(8)));

    private static ChainOptions Chain() => new()
    {
        Chain = Contracts.Vocabulary.Chain.Ethereum,
        Feeds = { UsdcFeed, new FeedOptions { Address = EtherFeed } },
        Lockboxes =
        {
            new LockboxOptions { Bridge = "wormhole_eth_ton", Token = Usdc, Holder = Holder, Decimals = 6, Feed = Feed.ToLowerInvariant() },
            new LockboxOptions { Bridge = "wormhole_eth_ton", Token = Ether, Holder = Holder, Decimals = 18, Feed = EtherFeed },
        },
        PauseFlags =
        {
            new PauseFlagOptions { Bridge = "orbit_eth_ton", Contract = Holder },
            new PauseFlagOptions { Bridge = "orbit_eth_ton", Contract = Usdc },
        },
    };

    private static ChainState State(long madeAt, params (EthCall Call, string Data)[] answers) => new(
        new Block(16_800_000, "0xab", DateTimeOffset.FromUnixTimeSeconds(madeAt)),
        answers.ToDictionary(a => a.Call, a => (Outcome<string>)a.Data));
}
