using Microsoft.Extensions.Options;
using Sure.Contracts.Vocabulary;
using Sure.RiskService.Alerts;
using Sure.RiskService.Correlation;
using Sure.RiskService.Exposures;
using Sure.RiskService.LossModel;
using Sure.RiskService.Scenarios;
using Sure.RiskService.Stress;

namespace Sure.RiskService.Snapshots;

/// <summary>A measured book.</summary>
/// <param name="Snapshot">Everything but the alerts, which depend on those that last already.</param>
/// <param name="Readings">Its figures beside their limits.</param>
internal sealed record MeasuredBook(RiskSnapshot Snapshot, IReadOnlyList<Reading> Readings);

/// <summary>Measures a book. No I/O.</summary>
internal sealed class RiskMeasurement(
    ScenarioLibrary library,
    StressRules rules,
    IOptions<LimitOptions> limits,
    IOptions<StressOptions> stress,
    IOptions<LossModelOptions> model,
    IOptions<CorrelatedGroupOptions> groups)
{
    /// <summary>Measures.</summary>
    /// <param name="book">What is measured.</param>
    /// <param name="horizons">Its simulated losses, the shortest horizon first.</param>
    /// <param name="correlation">How the coins move together.</param>
    /// <param name="now">The time of the measurement.</param>
    public MeasuredBook Measure(RiskBook book, IReadOnlyList<LossDistribution> horizons, CorrelationMatrix correlation, DateTimeOffset now)
    {
        var exposure = book.ToExposure();
        var pool = book.Pool;
        var costs = library.All
            .Select(s => Figures(s.Id, StressTest.Run(s, book.Covers, book.Capital, rules)))
            .OrderByDescending(s => s.LossUsd).ThenBy(s => s.Scenario, StringComparer.Ordinal).ToList();
        var horizonRisks = horizons.Select(Horizon).ToList();
        var meanAbsolute = correlation.MeanAbsolute is { } mean ? Shown.Ratio((decimal)mean) : (decimal?)null;
        var readings = Reading.Of(exposure, new RiskFigures(Math.Max(0, costs[0].LossUsd), horizonRisks[^1].Var99.Value, meanAbsolute), limits.Value);
        var snapshot = new RiskSnapshot(
            now,
            book.AsOf,
            pool.Ltv,
            pool.ReserveRatio,
            pool.TotalCapitalUsd,
            exposure.Products.Sum(p => p.ExposureUsd),
            exposure.Products.Sum(p => p.PolicyCount),
            exposure.Top,
            horizonRisks,
            costs,
            costs[0],
            ReverseStressOf(book),
            ConcentrationsOf(exposure),
            [.. CorrelatedGroups.OrDefaults(groups.Value.CorrelatedGroups).Select(g => Correlated(g, exposure))],
            new CorrelationFigures(
                correlation.Regime,
                meanAbsolute,
                [.. correlation.Pairs.Select(p => new CorrelationPair(p.First, p.Second, Shown.Ratio((decimal)p.Coefficient), p.SharedReturns))]),
            horizonRisks[^1].Contributions,
            model.Value.Seed,
            model.Value.Scenarios,
            [.. readings.Select(r => new LimitDocument(r.Type, r.Subject, r.Value is { } value ? Shown.Ratio(value) : null, r.Limit.High, r.Limit.Critical, r.Severity))],
            Alerts: []);
        return new MeasuredBook(snapshot, readings);
    }

    private static StressFigures Figures(string scenario, StressResult result) => new(
        scenario,
        result.LossUsd,
        result.ClaimsUsd,
        result.UncoveredUsd,
        result.LtvAfter is { } ltv ? Shown.Ratio(ltv) : null,
        Shown.Ratio(result.ReserveRatioAfter));

    private static HorizonRisk Horizon(LossDistribution losses) => new(
        losses.HorizonDays,
        Usd(losses.ExpectedLoss),
        Usd(losses.Var95),
        Usd(losses.Var99),
        Usd(losses.Var995),
        Usd(losses.Cvar95),
        Usd(losses.Cvar99),
        Shown.Usd(losses.WorstUsd),
        losses.WithoutLoss,
        [.. losses.Histogram.Select(b => new LossBin(Shown.Usd(b.FromUsd), Shown.Usd(b.ToUsd), b.Scenarios))],
        new Contributions(
            [.. InOrder(losses.Contributions.ByProduct, losses).Select(c => new ProductContribution(c.Key.CoverageType, c.Key.Chain, c.Key.Stablecoin, c.Value))],
            [.. InOrder(losses.Contributions.ByChain, losses).Select(c => new ChainContribution(c.Key, c.Value))],
            [.. InOrder(losses.Contributions.ByStablecoin, losses).Select(c => new StablecoinContribution(c.Key, c.Value))],
            [.. InOrder(losses.Contributions.ByCoverageType, losses).Select(c => new CoverageTypeContribution(c.Key, c.Value))]),
        [
            .. losses.Tranches.Select(t => new TrancheRisk(
                t.Tranche, Shown.Usd(t.CapitalUsd), Usd(t.ExpectedLoss), Shown.Ratio((decimal)t.ProbabilityTouched), Shown.Ratio((decimal)t.ProbabilityWipedOut))),
        ]);

    /// <summary>The greatest first; together CVaR 99.</summary>
    private static IEnumerable<KeyValuePair<T, decimal>> InOrder<T>(IReadOnlyDictionary<T, double> contributions, LossDistribution losses)
    {
        List<KeyValuePair<T, double>> ordered = [.. contributions.OrderByDescending(c => c.Value)];
        return ordered.Zip(Shown.Parts([.. ordered.Select(c => c.Value)], Shown.Usd(losses.Cvar99.Value)), (c, shown) => KeyValuePair.Create(c.Key, shown));
    }

    private static Concentrations ConcentrationsOf(Exposure exposure)
    {
        var coins = exposure.By(p => p.Stablecoin).Select(e => new StablecoinConcentration(e.Key, e.Value, OfCapital(exposure, e.Value))).ToList();
        var chains = exposure.By(p => p.Chain).Select(e => new ChainConcentration(e.Key, e.Value, OfCapital(exposure, e.Value))).ToList();
        var types = exposure.By(p => p.CoverageType).Select(e => new CoverageTypeConcentration(e.Key, e.Value, OfCapital(exposure, e.Value))).ToList();
        return new Concentrations(
            coins,
            chains,
            types,
            coins.Count == 0 ? 0 : new[] { coins[0].OfCapital, chains[0].OfCapital, types[0].OfCapital }.Max());
    }

    private static CorrelatedExposure Correlated(IReadOnlyList<Stablecoin> coins, Exposure exposure)
    {
        var amount = exposure.Products.Where(p => coins.Contains(p.Stablecoin)).Sum(p => p.ExposureUsd);
        return new CorrelatedExposure(coins, amount, OfCapital(exposure, amount));
    }

    private static decimal? OfCapital(Exposure exposure, decimal amountUsd) => exposure.OfCapital(amountUsd) is { } share ? Shown.Ratio(share) : null;

    private static EstimateUsd Usd(Estimate estimate) => new(Shown.Usd(estimate.Value), Shown.Usd(estimate.StandardError));

    private List<ReverseStressEntry> ReverseStressOf(RiskBook book)
    {
        var held = StressLimits.Of(limits.Value, stress.Value);
        return
        [
            .. Words<Stablecoin>.Members.Select(c => Entry(c, [c])).OrderBy(e => e.Drop ?? decimal.MaxValue).ThenBy(e => e.Stablecoin),
            Entry(coin: null, Words<Stablecoin>.Members),
        ];

        ReverseStressEntry Entry(Stablecoin? coin, IReadOnlyCollection<Stablecoin> falling) =>
            ReverseStress.Find(falling, book.Covers, book.Capital, rules, held) is { } breach
                ? new ReverseStressEntry(coin, breach.Drop, 1 - breach.Drop, breach.Limits)
                : new ReverseStressEntry(coin, Drop: null, PegRatio: null, []);
    }
}
