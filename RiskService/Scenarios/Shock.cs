using System.Collections.Frozen;
using Sure.Contracts.Vocabulary;

namespace Sure.RiskService.Scenarios;

/// <summary>What happens to the market at once (domain, §8). What is not named stays as it is.</summary>
public record Shock
{
    /// <summary>Greatest peg ratio; that of an observation (domain, §7).</summary>
    internal const decimal GreatestPegRatio = 10m;

    /// <summary>Greatest move of BTC: eleven times its price.</summary>
    internal const decimal GreatestBtcMove = 10m;

    /// <summary>Peg ratio that each coin falls to and stays at for longer than any dwell time; above 0 … 10.</summary>
    public IReadOnlyDictionary<Stablecoin, decimal> PegRatios { get; init; } = FrozenDictionary<Stablecoin, decimal>.Empty;

    /// <summary>Ids of bridges whose exploit is confirmed; <c>bridge</c> cover on their chains pays in full.</summary>
    public IReadOnlyList<string> Bridges { get; init; } = [];

    /// <summary>Chains that fail; <c>smart_contract</c> and <c>bridge</c> cover on them pays the fraction, above 0 … 1.</summary>
    public IReadOnlyDictionary<Chain, decimal> Chains { get; init; } = FrozenDictionary<Chain, decimal>.Empty;

    /// <summary>Coverage types that fail everywhere; all cover of the type pays the fraction, above 0 … 1.</summary>
    public IReadOnlyDictionary<CoverageType, decimal> Types { get; init; } = FrozenDictionary<CoverageType, decimal>.Empty;

    /// <summary>Relative move of the price of BTC, −1 … 10: −0.5 is a fall by half.</summary>
    public decimal BtcMove { get; init; }

    /// <summary>What is outside its bounds: sentences by field, as it is called on the wire; empty when it is sound.</summary>
    /// <param name="prefix">Put before every field, for example <c>custom.</c>.</param>
    public IReadOnlyDictionary<string, string[]> Faults(string prefix = "")
    {
        var faults = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var (coin, ratio) in PegRatios)
        {
            Check(ratio is > 0 and <= GreatestPegRatio, $"peg_ratios.{coin.Word()}", $"must be above 0 and at most {GreatestPegRatio}");
        }

        foreach (var (chain, fraction) in Chains)
        {
            Check(fraction is > 0 and <= 1, $"chains.{chain.Word()}", "must be above 0 and at most 1");
        }

        foreach (var (type, fraction) in Types)
        {
            Check(fraction is > 0 and <= 1, $"types.{type.Word()}", "must be above 0 and at most 1");
        }

        foreach (var bridge in Bridges)
        {
            Check(IsBridge(bridge), "bridges", $"must be among {string.Join(", ", Bridge.All.Select(b => b.Id))}");
        }

        Check(BtcMove is >= -1 and <= GreatestBtcMove, "btc_move", $"must be -1 … {GreatestBtcMove}");
        return faults;

        void Check(bool sound, string field, string rule)
        {
            if (!sound)
            {
                faults[prefix + field] = [$"{prefix}{field} {rule}."];
            }
        }
    }

    /// <summary>Whether it is the id of a bridge; a list that is read from JSON may hold nulls.</summary>
    internal static bool IsBridge(string? id) => id is not null && Bridge.Find(id) is not null;

    /// <summary>The figures it states, by the path of each: <c>peg_ratios.USDC</c>, <c>bridges.celer_eth_ton</c>, <c>btc_move</c>.</summary>
    internal IEnumerable<string> Figures() =>
    [
        .. PegRatios.Keys.Select(c => $"peg_ratios.{c.Word()}"),
        .. Bridges.Select(b => $"bridges.{b}"),
        .. Chains.Keys.Select(c => $"chains.{c.Word()}"),
        .. Types.Keys.Select(t => $"types.{t.Word()}"),
        .. BtcMove == 0 ? [] : new[] { "btc_move" },
    ];
}
