using Sure.Contracts.Vocabulary;

namespace Sure.Contracts.Capital;

/// <summary>Who bears a loss (domain, §3): junior before senior, each tranche down to zero before the next is touched. Pure.</summary>
public static class Waterfall
{
    /// <summary>
    /// Spreads <paramref name="lossUsd"/> over the tranches. Bearing a and then b is bearing a + b; no capital goes below zero; what is
    /// borne and what is not add up to the loss.
    /// </summary>
    /// <param name="lossUsd">≥ 0, whole cents.</param>
    /// <param name="capitalUsd">Capital before the loss, by tranche.</param>
    /// <exception cref="ArgumentOutOfRangeException">The loss is negative.</exception>
    public static LossSplit Split(decimal lossUsd, IEnumerable<KeyValuePair<Tranche, decimal>> capitalUsd)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lossUsd);
        ArgumentNullException.ThrowIfNull(capitalUsd);
        var borne = new Dictionary<Tranche, decimal>();
        var open = lossUsd;
        foreach (var (tranche, capital) in capitalUsd.OrderByDescending(c => c.Key))
        {
            var part = Math.Min(open, Math.Max(0, capital));
            borne[tranche] = part;
            open -= part;
        }

        return new LossSplit(borne, open);
    }
}

/// <summary>A loss as it is borne, in USD.</summary>
/// <param name="BorneUsd">By each tranche.</param>
/// <param name="ShortfallUsd">What no tranche could bear.</param>
public sealed record LossSplit(IReadOnlyDictionary<Tranche, decimal> BorneUsd, decimal ShortfallUsd)
{
    /// <summary>What the tranches bear together.</summary>
    public decimal TotalBorneUsd => BorneUsd.Values.Sum();
}
