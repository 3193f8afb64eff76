using System.Numerics;

namespace Sure.BridgeService.Adapters;

/// <summary>Whole numbers that stand for figures with a fixed number of decimals.</summary>
internal static class FixedPoint
{
    private static readonly BigInteger Most = new(decimal.MaxValue);

    /// <summary><paramref name="number"/> · 10^−<paramref name="decimals"/>, rounded to 28 decimals.</summary>
    /// <param name="number">Of any size; what no <see cref="decimal"/> holds is refused.</param>
    /// <param name="decimals">How many of its digits are decimals, −28 … 28.</param>
    public static Outcome<decimal> Of(BigInteger number, int decimals)
    {
        var whole = decimals < 0 ? number * BigInteger.Pow(10, -decimals) : number;
        return BigInteger.Abs(whole) <= Most
            ? (decimal)whole / (decimal)BigInteger.Pow(10, Math.Max(0, decimals))
            : new Refusal(RefusalReason.OutOfRange, $"{number} with {decimals} decimals is beyond every figure.");
    }

    /// <summary>
    /// <paramref name="amount"/> · 10^−<paramref name="amountDecimals"/> at <paramref name="price"/> · 10^−<paramref name="priceDecimals"/>,
    /// in dollars rounded to cents, half away from zero. Neither may be negative.
    /// </summary>
    public static Outcome<decimal> Dollars(BigInteger amount, int amountDecimals, BigInteger price, int priceDecimals)
    {
        var unit = BigInteger.Pow(10, amountDecimals + priceDecimals);
        return Of(((amount * price * 200) + unit) / (2 * unit), decimals: 2);
    }
}
