namespace Sure.UtilizationService.Capital;

/// <summary>Amounts of money as clients give them.</summary>
public static class Cents
{
    /// <summary>One cent, in USD.</summary>
    public const decimal One = 0.01m;

    /// <summary>Whether it has at most two decimals and fits the ledger.</summary>
    public static bool IsWhole(decimal amountUsd) => Math.Abs(amountUsd) < 1_000_000_000_000_000m && decimal.Round(amountUsd, 2) == amountUsd;

    /// <summary>Whether it is an amount that can move: above zero, at most two decimals.</summary>
    public static bool IsAmount(decimal amountUsd) => amountUsd > 0 && IsWhole(amountUsd);
}
