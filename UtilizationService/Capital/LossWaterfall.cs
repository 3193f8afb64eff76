using Sure.Contracts.Capital;

namespace Sure.UtilizationService.Capital;

/// <summary>Who bears a loss of the pool as it stands.</summary>
public static class LossWaterfall
{
    /// <summary>Spreads <paramref name="lossUsd"/> over the tranches, as <see cref="Waterfall.Split"/> says.</summary>
    /// <param name="lossUsd">≥ 0, whole cents.</param>
    /// <param name="tranches">Capital before the loss.</param>
    /// <exception cref="ArgumentOutOfRangeException">The loss is negative.</exception>
    public static LossSplit Split(decimal lossUsd, IReadOnlyList<TranchePosition> tranches)
    {
        ArgumentNullException.ThrowIfNull(tranches);
        return Waterfall.Split(lossUsd, tranches.Select(t => KeyValuePair.Create(t.Tranche, t.CapitalUsd)));
    }
}
