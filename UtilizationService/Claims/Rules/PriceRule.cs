using Sure.Contracts.Vocabulary;

namespace Sure.UtilizationService.Claims.Rules;

/// <summary>
/// When cover that is decided by prices pays, and how much (domain, §5). Pure: the same points give the same verdict, whether they come
/// from the market as it runs, from a claim or from a back-test, and more points never change a verdict that triggered.
/// </summary>
public abstract class PriceRule
{
    /// <summary>Its name, as evidence states it.</summary>
    public abstract string Name { get; }

    /// <summary>Every number it judges by, as evidence states them; times in seconds.</summary>
    public abstract IReadOnlyDictionary<string, decimal> Parameters { get; }

    /// <summary>The rule of a policy.</summary>
    /// <param name="type">What it covers.</param>
    /// <param name="terms">What it was sold with; null for the defaults. <c>oracle</c> has none; of <c>cex_liquidation</c> trigger and floor count, its window is an option.</param>
    /// <param name="options">What is not in a policy's terms.</param>
    /// <exception cref="ArgumentOutOfRangeException">Cover of that type is not decided by prices.</exception>
    public static PriceRule For(CoverageType type, PolicyTerms? terms, TriggerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return type switch
        {
            CoverageType.Depeg => new DepegRule(terms ?? PolicyTerms.DepegDefault, options),
            CoverageType.CexLiquidation => new CexLiquidationRule(
                terms?.TriggerPrice ?? options.CexTrigger, terms?.FloorPrice ?? options.CexFloor, options),
            CoverageType.Oracle => new OracleRule(options),
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "It is not decided by prices."),
        };
    }

    /// <summary>Whether <paramref name="point"/> could begin a run or carry one on.</summary>
    public abstract bool Touches(ConsensusPoint point);

    /// <summary>Begins to find whether and when points trigger cover of <paramref name="period"/>; the first trigger counts.</summary>
    /// <param name="period">Points outside of it trigger nothing.</param>
    public abstract Judgement Begin(CoverPeriod period);

    /// <summary>Finds whether and when the points trigger cover of <paramref name="period"/>; the first trigger counts.</summary>
    /// <param name="points">In sequence; a point not later than the one before it is ignored.</param>
    /// <param name="period">Points outside of it trigger nothing.</param>
    public Verdict Judge(IEnumerable<ConsensusPoint> points, CoverPeriod period)
    {
        ArgumentNullException.ThrowIfNull(points);
        var judgement = Begin(period);
        foreach (var point in points.TakeWhile(_ => !judgement.IsFinal))
        {
            judgement.Take(point);
        }

        return judgement.Verdict;
    }
}
