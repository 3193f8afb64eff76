using System.Collections.Frozen;

namespace Sure.Contracts.Vocabulary;

/// <summary>A monitored bridge.</summary>
/// <param name="Id">Its name on the wire.</param>
/// <param name="SourceChain">Where it locks the coins.</param>
/// <param name="DestinationChain">Where it issues claims on them.</param>
public sealed record Bridge(string Id, Chain SourceChain, Chain DestinationChain)
{
    private static readonly FrozenDictionary<string, Bridge> ById = Monitored().ToFrozenDictionary(b => b.Id, StringComparer.Ordinal);

    /// <summary>Every monitored bridge. A new one is added in <see cref="Monitored"/> and nowhere else.</summary>
    public static IReadOnlyList<Bridge> All { get; } = Monitored();

    /// <summary>The bridge called <paramref name="id"/>, or null.</summary>
    public static Bridge? Find(string id) => ById.GetValueOrDefault(id);

    /// <summary>The bridges whose failure concerns a policy on <paramref name="chain"/>: those that lock on it; of TON, all.</summary>
    public static IReadOnlyList<Bridge> OfChain(Chain chain) =>
        [.. All.Where(b => b.SourceChain == chain || b.DestinationChain == chain)];

    private static Bridge[] Monitored() =>
    [
        new("wormhole_eth_ton", Chain.Ethereum, Chain.TON),
        new("multichain_eth_ton", Chain.Ethereum, Chain.TON),
        new("orbit_eth_ton", Chain.Ethereum, Chain.TON),
        new("celer_eth_ton", Chain.Ethereum, Chain.TON),
        new("wormhole_arb_ton", Chain.Arbitrum, Chain.TON),
        new("wormhole_base_ton", Chain.Base, Chain.TON),
        new("wormhole_poly_ton", Chain.Polygon, Chain.TON),
        new("wormhole_sol_ton", Chain.Solana, Chain.TON),
        new("lightning_btc_ton", Chain.Lightning, Chain.TON),
    ];
}
