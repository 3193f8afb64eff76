namespace Sure.RiskService;

/// <summary>How figures are rounded in answers: half away from zero.</summary>
internal static class Shown
{
    private const int RatioDigits = 8;
    private const int UsdDigits = 2;
    private const decimal Cent = 0.01m;

    /// <summary>A fraction.</summary>
    public static decimal Ratio(decimal value) => Math.Round(value, RatioDigits, MidpointRounding.AwayFromZero);

    /// <summary>An amount.</summary>
    public static decimal Usd(double amountUsd) => Math.Round((decimal)amountUsd, UsdDigits, MidpointRounding.AwayFromZero);

    /// <summary>
    /// Amounts of at least 0 that make up <paramref name="wholeUsd"/>, so that as they are shown they still do, which each rounded alone would
    /// miss: all are rounded down, and the cents that are left go to those that lost most, among equals to the first (largest remainder method).
    /// </summary>
    /// <param name="partsUsd">The amounts.</param>
    /// <param name="wholeUsd">Their sum, in cents.</param>
    public static IReadOnlyList<decimal> Parts(IReadOnlyList<double> partsUsd, decimal wholeUsd)
    {
        decimal[] exact = [.. partsUsd.Select(p => (decimal)p)];
        decimal[] shown = [.. exact.Select(e => Math.Round(e, UsdDigits, MidpointRounding.ToZero))];
        var left = (int)((wholeUsd - shown.Sum()) / Cent);
        foreach (var part in Enumerable.Range(0, shown.Length).OrderByDescending(i => exact[i] - shown[i]).Take(left))
        {
            shown[part] += Cent;
        }

        return shown;
    }
}
