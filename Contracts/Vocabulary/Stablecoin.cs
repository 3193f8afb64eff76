using System.Diagnostics.CodeAnalysis;

namespace Sure.Contracts.Vocabulary;

/// <summary>The covered coins, spelled as their issuers spell them.</summary>
[SuppressMessage("Style", "IDE1006", Justification = "Tickers keep their issuers' spelling.")]
public enum Stablecoin
{
    /// <summary>USD Coin (Circle), fiat-backed.</summary>
    USDC,

    /// <summary>Tether USD, fiat-backed.</summary>
    USDT,

    /// <summary>Pax Dollar (Paxos), fiat-backed.</summary>
    USDP,

    /// <summary>Dai (Sky), crypto-backed.</summary>
    DAI,

    /// <summary>Frax.</summary>
    FRAX,

    /// <summary>Binance USD (Paxos), fiat-backed.</summary>
    BUSD,

    /// <summary>Ethena USDe, delta-hedged.</summary>
    USDe,

    /// <summary>Staked USDe; yield-bearing, its reference is its net asset value.</summary>
    sUSDe,

    /// <summary>Ondo US Dollar Yield; yield-bearing, its reference is its net asset value.</summary>
    USDY,

    /// <summary>PayPal USD (Paxos), fiat-backed.</summary>
    PYUSD,

    /// <summary>GHO (Aave), crypto-backed.</summary>
    GHO,

    /// <summary>Liquity USD, crypto-backed.</summary>
    LUSD,

    /// <summary>Curve USD, crypto-backed.</summary>
    crvUSD,

    /// <summary>Prisma mkUSD, backed by liquid staking tokens.</summary>
    mkUSD,
}

/// <summary>Facts of the coins that the rules rest on.</summary>
public static class Stablecoins
{
    /// <summary>
    /// Whether the coin grows with its yield, so that its peg ratio is measured against its net asset value instead of against 1.
    /// </summary>
    public static bool IsYieldBearing(this Stablecoin coin) => coin is Stablecoin.sUSDe or Stablecoin.USDY;
}
