using BenchmarkDotNet.Attributes;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.UtilizationService.Claims.Rules;

namespace Sure.Bench.Calculations;

/// <summary>What judging a policy costs for each consensus point of its time.</summary>
public class TriggerBenchmarks
{
    private const int Points = 1_440;

    private static readonly DateTimeOffset Start = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    private static readonly CoverPeriod Period = new(Start, Start.AddDays(90));

    /// <summary>A day, a point a minute by three sources: at par, but for an hour below every trigger, which is too short to pay.</summary>
    private static readonly ConsensusPoint[] Day = [.. Enumerable.Range(0, Points).Select(minute => At(minute, minute is >= 600 and < 660 ? 0.95m : 0.9995m))];

    private static readonly PriceRule Depeg = PriceRule.For(CoverageType.Depeg, terms: null, new TriggerOptions());

    private static readonly PriceRule Liquidation = PriceRule.For(CoverageType.CexLiquidation, terms: null, new TriggerOptions());

    /// <summary>Cover that pays after hours below its trigger.</summary>
    [Benchmark(OperationsPerInvoke = Points)]
    public Verdict DepegPoint() => Depeg.Judge(Day, Period);

    /// <summary>Cover that pays after minutes.</summary>
    [Benchmark(OperationsPerInvoke = Points)]
    public Verdict LiquidationPoint() => Liquidation.Judge(Day, Period);

    private static ConsensusPoint At(int minute, decimal ratio)
    {
        var at = Start.AddMinutes(minute);
        return new(minute, at, ratio, 1m, [.. Enumerable.Range(0, 3).Select(i => new PriceSourceFigure($"source-{i}", ratio, ratio, at, Live: true))]);
    }
}
