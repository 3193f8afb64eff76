using Sure.Contracts.Vocabulary;

namespace Sure.QuoteService.Pricing;

/// <summary>The state of the pool and the market that dynamic pricing looks at; null members are missing or too old.</summary>
/// <param name="Pool">The pool.</param>
/// <param name="Bridges">Health of each bridge that is known and young enough.</param>
/// <param name="Correlation">How strongly the coins move together.</param>
public sealed record MarketConditions(PoolCondition? Pool, IReadOnlyDictionary<string, BridgeCondition> Bridges, CorrelationRegime? Correlation);

/// <summary>The pool as pricing needs it. USD and fractions.</summary>
public sealed record PoolCondition(
    decimal TotalCapitalUsd,
    decimal EffectiveCapitalUsd,
    decimal CoverageUsd,
    decimal ReserveRatio,
    IReadOnlyDictionary<Stablecoin, decimal> CoverageByStablecoin);

/// <summary>A bridge as pricing needs it.</summary>
/// <param name="Score">0 … 1; null when no source is live.</param>
/// <param name="Status">What is known of it; without a score it is still critical while an exploit is detected.</param>
public sealed record BridgeCondition(decimal? Score, BridgeStatus Status);

/// <summary>The factors of dynamic pricing (domain, §2).</summary>
public static class DynamicLoads
{
    private const int FactorDigits = 8;

    /// <summary>Every load that concerns the cover, by name; null where its figure is missing, which leaves the premium as it is.</summary>
    public static IReadOnlyList<(string Name, decimal? Factor)> Of(Cover cover, LoadOptions options, MarketConditions conditions)
    {
        ArgumentNullException.ThrowIfNull(cover);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(conditions);
        var pool = conditions.Pool;
        var loads = new List<(string, decimal?)>
        {
            ("utilization", pool is { EffectiveCapitalUsd: > 0 } ? Rounded(Between(options.UtilizationPoints(), (pool.CoverageUsd + cover.CoverageUsd) / pool.EffectiveCapitalUsd)) : null),
            ("asset_concentration", pool is { TotalCapitalUsd: > 0 } ? Rounded(Concentration(cover, pool, options)) : null),
            ("reserves", pool is null ? null : Rounded(1 + (options.ReservesSlope * Math.Max(0, options.ReservesBelow - pool.ReserveRatio)))),
            ("correlation_regime", conditions.Correlation is { } regime ? Rounded(options.CorrelationRegimes[regime]) : null),
        };
        if (cover.Product.CoverageType is CoverageType.Bridge)
        {
            loads.Add(("bridge_health", Bridge(cover.Product.Chain, options, conditions.Bridges)));
        }

        loads.Add(("size", Rounded(Size(cover.CoverageUsd, options.SizeSlices()))));
        return loads;
    }

    /// <summary>On the straight lines through <paramref name="points"/>, flat outside them.</summary>
    private static decimal Between(IList<LoadPoint> points, decimal at)
    {
        if (at <= points[0].At)
        {
            return points[0].Factor;
        }

        for (var i = 1; i < points.Count; i++)
        {
            var (from, to) = (points[i - 1], points[i]);
            if (at <= to.At)
            {
                return from.Factor + ((to.Factor - from.Factor) * (at - from.At) / (to.At - from.At));
            }
        }

        return points[^1].Factor;
    }

    private static decimal Concentration(Cover cover, PoolCondition pool, LoadOptions options)
    {
        var concentration = (pool.CoverageByStablecoin.GetValueOrDefault(cover.Product.Stablecoin) + cover.CoverageUsd) / pool.TotalCapitalUsd;
        return 1 + (options.ConcentrationSlope * Math.Max(0, concentration - options.ConcentrationFrom));
    }

    /// <summary>
    /// Of the worst bridge of the chain. A bridge that was looked at and of which nothing is known costs its own load; one of which no
    /// recent look is at hand makes the figure missing.
    /// </summary>
    private static decimal? Bridge(Chain chain, LoadOptions options, IReadOnlyDictionary<string, BridgeCondition> bridges)
    {
        var ofChain = Contracts.Vocabulary.Bridge.OfChain(chain);
        if (ofChain.Count == 0)
        {
            return options.BridgeUnknown;
        }

        return ofChain.All(b => bridges.ContainsKey(b.Id))
            ? ofChain.Max(b => Bridge(bridges[b.Id], options))
            : null;
    }

    /// <summary>One that was being emptied when it fell silent is as bad as one of which that is still seen.</summary>
    private static decimal Bridge(BridgeCondition bridge, LoadOptions options) => bridge switch
    {
        { Status: BridgeStatus.Unknown } => options.BridgeUnknown,
        { Score: { } score } => options.BridgeHealthSteps().First(p => score > p.At).Factor,
        _ => options.BridgeHealthSteps()[^1].Factor,
    };

    private static decimal Size(decimal amount, IList<LoadPoint> slices)
    {
        var (priced, weighted) = (0m, 0m);
        foreach (var slice in slices)
        {
            var part = Math.Min(amount, slice.At) - priced;
            if (part <= 0)
            {
                break;
            }

            priced += part;
            weighted += part * slice.Factor;
        }

        return weighted / amount;
    }

    private static decimal Rounded(decimal factor) => Math.Round(factor, FactorDigits, MidpointRounding.AwayFromZero);
}
