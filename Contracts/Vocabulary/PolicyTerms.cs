namespace Sure.Contracts.Vocabulary;

/// <summary>When a price-triggered policy pays, and how much. Chosen by the buyer for <c>depeg</c>, fixed for <c>cex_liquidation</c>.</summary>
/// <param name="TriggerPrice">Peg ratio at or below which a run begins; 0.90 … 0.99 for <c>depeg</c>.</param>
/// <param name="FloorPrice">Peg ratio at or below which the whole cover is paid; 0.50 … trigger − 0.01 for <c>depeg</c>.</param>
/// <param name="DwellHours">Hours that the run must last without a break; 1 … 24 for <c>depeg</c>.</param>
public sealed record PolicyTerms(decimal TriggerPrice, decimal FloorPrice, int DwellHours)
{
    /// <summary>The terms of a <c>depeg</c> policy when the buyer chooses none.</summary>
    public static PolicyTerms DepegDefault { get; } = new(0.97m, 0.90m, 4);

    /// <summary>The terms of <c>cex_liquidation</c> where nothing else is configured; it has no dwell, the hour is that in which the lowest ratio counts.</summary>
    public static PolicyTerms CexLiquidationDefault { get; } = new(0.95m, 0.80m, 1);
}

/// <summary>The payout of price-triggered cover.</summary>
public static class PayoutRule
{
    /// <summary>
    /// The fraction of the cover that is paid when the price that counts is <paramref name="pegRatio"/>:
    /// clamp((trigger − p) / (trigger − floor), 0, 1).
    /// </summary>
    /// <param name="pegRatio">Price over reference; for <c>depeg</c> the time-weighted mean over the dwell time that completed the run.</param>
    /// <param name="triggerPrice">Peg ratio at which payment begins.</param>
    /// <param name="floorPrice">Peg ratio at which everything is paid; below <paramref name="triggerPrice"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The floor is not below the trigger.</exception>
    public static decimal Fraction(decimal pegRatio, decimal triggerPrice, decimal floorPrice)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(floorPrice, triggerPrice);
        return Math.Clamp((triggerPrice - pegRatio) / (triggerPrice - floorPrice), 0m, 1m);
    }
}
