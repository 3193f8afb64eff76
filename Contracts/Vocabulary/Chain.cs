namespace Sure.Contracts.Vocabulary;

/// <summary>Where the holder's coins are and where a claim is settled.</summary>
public enum Chain
{
    /// <summary>Ethereum main net.</summary>
    Ethereum,

    /// <summary>Arbitrum One, a roll-up on Ethereum.</summary>
    Arbitrum,

    /// <summary>Base, a roll-up on Ethereum.</summary>
    Base,

    /// <summary>Polygon PoS.</summary>
    Polygon,

    /// <summary>OP Mainnet, a roll-up on Ethereum.</summary>
    Optimism,

    /// <summary>Bitcoin; has neither contracts nor oracles, and is bridged through Lightning.</summary>
    Bitcoin,

    /// <summary>The Lightning network on Bitcoin.</summary>
    Lightning,

    /// <summary>Solana.</summary>
    Solana,

    /// <summary>The Open Network; the far end of every monitored bridge.</summary>
    TON,
}
