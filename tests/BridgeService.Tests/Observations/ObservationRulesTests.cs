using Sure.BridgeService.Observations;
using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.Tests.Observations;

/// <summary>What is refused of an observation, with the field at fault (domain, §7).</summary>
public sealed class ObservationRulesTests
{
    private const string Orbit = "orbit_eth_ton";

    private static readonly DateTimeOffset Now = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
    private static readonly PostedObservation Price = new("a", ObservationKind.Price, Now, Stablecoin.USDC, Value: 1);
    private static readonly PostedObservation Bridge = new("a", ObservationKind.Bridge, Now, BridgeId: Orbit, TvlUsd: 1);

    public static TheoryData<PostedObservation> Sound =>
    [
        Price,
        Price with { Value = 10 },
        Price with { Value = 0.00000001m },
        Price with { ObservedAt = Now.AddMinutes(5) },
        Price with { ObservedAt = Now.AddDays(-100) },
        Price with { Kind = ObservationKind.Nav, Stablecoin = Stablecoin.sUSDe, Value = 1.2m },
        Bridge with { TvlUsd = 0 },
        Bridge with { TvlUsd = null, Paused = true },
        Bridge with { TvlUsd = null, TransactionsTried = 3, TransactionsSucceeded = 3 },
    ];

    public static TheoryData<PostedObservation, string> Faulty => new()
    {
        { Price with { Source = "" }, "source" },
        { Price with { Source = "a b" }, "source" },
        { Price with { Source = new string('a', 257) }, "source" },
        { Price with { Source = "b" }, "source" },
        { Price with { Source = "sim-alpha" }, "source" },
        { Price with { ObservedAt = Now.AddMinutes(5).AddMicroseconds(1) }, "observed_at" },
        { Price with { ObservedAt = Now.AddDays(-100).AddMicroseconds(-1) }, "observed_at" },
        { Price with { Value = null }, "value" },
        { Price with { Value = 0 }, "value" },
        { Price with { Value = -1 }, "value" },
        { Price with { Value = 10.01m }, "value" },
        // Nothing at the 8 decimals of a peg ratio.
        { Price with { Value = 0.000000004m }, "value" },
        { Price with { Stablecoin = null }, "stablecoin" },
        { Price with { TvlUsd = 5 }, "tvl_usd" },
        { Price with { BridgeId = Orbit }, "bridge_id" },
        { Price with { Kind = ObservationKind.Nav }, "kind" },
        { Bridge with { BridgeId = null }, "bridge_id" },
        { Bridge with { BridgeId = "rainbow" }, "bridge_id" },
        { Bridge with { TvlUsd = -0.01m }, "tvl_usd" },
        { Bridge with { TvlUsd = 1e16m }, "tvl_usd" },
        { Bridge with { TvlUsd = null }, "tvl_usd" },
        { Bridge with { Value = 1 }, "value" },
        { Bridge with { Stablecoin = Stablecoin.DAI }, "stablecoin" },
        { Bridge with { TransactionsTried = 3 }, "transactions_succeeded" },
        { Bridge with { TransactionsSucceeded = 3 }, "transactions_tried" },
        { Bridge with { TransactionsTried = -1, TransactionsSucceeded = -1 }, "transactions_tried" },
        { Bridge with { TransactionsTried = 3, TransactionsSucceeded = 4 }, "transactions_succeeded" },
    };

    [Theory]
    [MemberData(nameof(Sound))]
    public void What_can_be_so_is_believed(PostedObservation posted) => Assert.Null(FaultOf(posted));

    [Theory]
    [MemberData(nameof(Faulty))]
    public void What_cannot_be_so_is_refused_with_the_field_at_fault(PostedObservation posted, string field) =>
        Assert.StartsWith(field, FaultOf(posted), StringComparison.Ordinal);

    /// <summary>What pays by one word alone, and what is simulated, nobody says by calling itself so.</summary>
    [Theory]
    [InlineData("paused-ethereum", "source: names that begin with paused- are those of chains of which final blocks are read.")]
    [InlineData("sim-alpha", "source: names that begin with sim- are those of the simulated market.")]
    [InlineData("pausedethereum", null)]
    public void Names_of_our_own_sources_are_refused_of_those_who_may_speak_for_any(string source, string? fault) =>
        Assert.Equal(fault, ObservationRules.FaultOf(Bridge with { Source = source, Paused = true }, _ => true, Now, new IngestionOptions()));

    [Fact]
    public void Within_a_batch_each_is_held_against_those_before_it()
    {
        var judged = Judge(
            [
                Price with { ObservedAt = Now.AddMinutes(-2) },
                Price with { ObservedAt = Now.AddMinutes(-3) },
                Price with { ObservedAt = Now.AddMinutes(-2) },
                Price with { ObservedAt = Now.AddMinutes(-2), Value = 0.9m },
                Price with { ObservedAt = Now.AddMinutes(-1) },
                // Another coin and another source are other series.
                Price with { ObservedAt = Now.AddMinutes(-3), Stablecoin = Stablecoin.DAI },
                Bridge with { ObservedAt = Now.AddMinutes(-3) },
            ],
            Nothing);

        Assert.Equal(
            [
                ObservationStatus.Accepted, ObservationStatus.Refused, ObservationStatus.Duplicate, ObservationStatus.Refused,
                ObservationStatus.Accepted, ObservationStatus.Accepted, ObservationStatus.Accepted,
            ],
            judged.Results.Select(r => r.Status));
        Assert.Equal(Enumerable.Range(0, 7), judged.Results.Select(r => r.Index));
        Assert.Equal((3, 1), (judged.Accepted.Prices.Count, judged.Accepted.Bridges.Count));
    }

    [Fact]
    public void What_is_kept_already_is_a_duplicate_even_if_the_source_has_gone_on()
    {
        var series = new Series("a", ObservationKind.Price, "USDC");
        var known = new KnownSeries(
            new Dictionary<Series, DateTimeOffset> { [series] = Now },
            new Dictionary<(Series, DateTimeOffset), Said> { [(series, Now.AddMinutes(-5))] = new Said(Value: 1.0m) });

        var judged = Judge(
            [Price with { ObservedAt = Now.AddMinutes(-5), Value = 1.00m }, Price with { ObservedAt = Now.AddMinutes(-4) }, Price with { ObservedAt = Now.AddMinutes(-5), Value = 0.9m }], known);

        Assert.Equal([ObservationStatus.Duplicate, ObservationStatus.Refused, ObservationStatus.Refused], judged.Results.Select(r => r.Status));
        Assert.Empty(judged.Accepted.Prices);
    }

    private static KnownSeries Nothing => new(new Dictionary<Series, DateTimeOffset>(), new Dictionary<(Series, DateTimeOffset), Said>());

    private static string? FaultOf(PostedObservation posted) => ObservationRules.FaultOf(posted, s => s is not "b", Now, new IngestionOptions());

    private static JudgedBatch Judge(IReadOnlyList<PostedObservation> posted, KnownSeries known) =>
        ObservationRules.Judge(posted, [.. posted.Select(FaultOf)], known);
}
