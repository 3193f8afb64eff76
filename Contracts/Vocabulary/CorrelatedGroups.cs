namespace Sure.Contracts.Vocabulary;

/// <summary>Coins that tend to fail together, by issuer, collateral or mechanism (domain, §4).</summary>
public static class CorrelatedGroups
{
    /// <summary>The groups unless others are configured; a coin is in one of them at most.</summary>
    public static IReadOnlyList<IReadOnlyList<Stablecoin>> Defaults { get; } =
    [
        [Stablecoin.USDC, Stablecoin.USDT, Stablecoin.BUSD],
        [Stablecoin.DAI, Stablecoin.FRAX],
        [Stablecoin.USDe, Stablecoin.sUSDe],
        [Stablecoin.LUSD, Stablecoin.crvUSD, Stablecoin.mkUSD, Stablecoin.GHO],
    ];

    /// <summary>The groups that are configured; <see cref="Defaults"/> where none are.</summary>
    public static IEnumerable<IReadOnlyList<Stablecoin>> OrDefaults(ICollection<Stablecoin[]> configured)
    {
        ArgumentNullException.ThrowIfNull(configured);
        return configured.Count > 0 ? configured : Defaults;
    }
}
