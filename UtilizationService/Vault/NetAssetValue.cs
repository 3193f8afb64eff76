using System.Numerics;

namespace Sure.UtilizationService.Vault;

/// <summary>
/// What the shares of a tranche are worth (domain, §3): capital / shares. Every rounding is against whoever moves, so that nobody else's
/// shares are ever worth less for it, and no sequence of movements makes money. Exact: no product or quotient is cut on the way.
/// </summary>
/// <param name="CapitalUsd">Capital of the tranche in whole cents, ≥ 0.</param>
/// <param name="Total">All its shares; above zero only where there is capital.</param>
public readonly record struct NetAssetValue(decimal CapitalUsd, Shares Total)
{
    private static readonly BigInteger CentsPerUsd = 100;
    private static readonly BigInteger UnitsPerShare = BigInteger.Pow(10, Shares.Decimals);

    /// <summary>USD per share with 18 decimals, half away from zero; 1 where there are no shares. For showing: movements do not go by way of it.</summary>
    public string SharePrice
    {
        get
        {
            if (Total == Shares.Zero)
            {
                return Shares.Format(UnitsPerShare);
            }

            var numerator = Cents(CapitalUsd) * UnitsPerShare * UnitsPerShare;
            var denominator = Total.Units * CentsPerUsd;
            return Shares.Format(((2 * numerator) + denominator) / (2 * denominator));
        }
    }

    /// <summary>Shares for a deposit: amount × total / capital, rounded down; 1 USD a share where there are none.</summary>
    /// <param name="amountUsd">&gt; 0, whole cents.</param>
    public Shares Minted(decimal amountUsd) => Total == Shares.Zero
        ? Shares.OfUnits(Cents(amountUsd) * UnitsPerShare / CentsPerUsd)
        : Shares.OfUnits(Cents(amountUsd) * Total.Units / Cents(CapitalUsd));

    /// <summary>Shares that a withdrawal of <paramref name="amountUsd"/> burns: amount × total / capital, rounded up.</summary>
    /// <param name="amountUsd">&gt; 0, whole cents, at most the capital.</param>
    public Shares Burnt(decimal amountUsd)
    {
        var (units, rest) = BigInteger.DivRem(Cents(amountUsd) * Total.Units, Cents(CapitalUsd));
        return Shares.OfUnits(rest.IsZero ? units : units + 1);
    }

    /// <summary>What <paramref name="shares"/> are worth in USD, rounded down to cents; 0 where there are none. All shares are worth all capital.</summary>
    /// <param name="shares">0 … <see cref="Total"/>.</param>
    public decimal ValueUsd(Shares shares) =>
        Total == Shares.Zero ? 0 : (decimal)(Cents(CapitalUsd) * shares.Units / Total.Units) / 100m;

    private static BigInteger Cents(decimal amountUsd) => new(amountUsd * 100m);
}
