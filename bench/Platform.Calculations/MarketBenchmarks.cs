using BenchmarkDotNet.Attributes;
using Sure.BridgeService.Bridges;
using Sure.BridgeService.Observations;
using Sure.BridgeService.Prices;
using Sure.Contracts.Vocabulary;

namespace Sure.Bench.Calculations;

/// <summary>What a cycle of the monitors costs for each coin and each bridge.</summary>
public class MarketBenchmarks
{
    private static readonly DateTimeOffset Now = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    private static readonly PriceOptions Prices = new();

    private static readonly BridgeAssessor Assessor = new(new BridgeOptions());

    private static readonly PriceObservation[] Observed =
        [.. Enumerable.Range(0, 5).Select(i => new PriceObservation($"source-{i}", Stablecoin.USDC, PriceKind.Price, Now.AddSeconds(-10 * i), 1 - (0.0002m * i)))];

    private readonly Bridge _bridge = Bridge.All[0];

    private BridgeState _state = BridgeState.New(Now);
    private BridgeEvidence _evidence = null!;

    /// <summary>A day of cycles has passed: the windows that judge exploits are full.</summary>
    [GlobalSetup]
    public void PassADay()
    {
        for (var minute = 0; minute <= 1_440; minute++)
        {
            _evidence = EvidenceAt(minute);
            _state = Assessor.Assess(_evidence, _state, "keepers").State;
        }

        _evidence = EvidenceAt(1_441);
    }

    /// <summary>Five sources that agree.</summary>
    [Benchmark]
    public object Consensus() => PriceConsensus.Make(Stablecoin.USDC, Observed, Now, Prices);

    /// <summary>Three sources, a day behind it.</summary>
    [Benchmark]
    public BridgeAssessment Assess() => Assessor.Assess(_evidence, _state, "keepers");

    /// <summary>A value that wanders by a tenth of a percent.</summary>
    private BridgeEvidence EvidenceAt(int minute)
    {
        var at = Now.AddMinutes(minute);
        var value = 10_000_000m * (1 + (0.001m * (minute % 7)));
        return new(
            _bridge,
            at,
            [.. Enumerable.Range(0, 3).Select(i => new BridgeObservation($"source-{i}", _bridge.Id, at, value + i, Paused: false, Tried: 40, Succeeded: 40))],
            [.. Enumerable.Range(0, 3).Select(i => new SourceTransactions($"source-{i}", 2_400, 2_399))],
            TvlBeforeUsd: 10_000_000m);
    }
}
