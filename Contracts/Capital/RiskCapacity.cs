using System.Collections.Frozen;
using Sure.Contracts.Vocabulary;

namespace Sure.Contracts.Capital;

/// <summary>Which part of each tranche's capital is effective (domain, §3).</summary>
public static class RiskCapacity
{
    /// <summary>By tranche, 0 … 1, where nothing else is configured.</summary>
    public static FrozenDictionary<Tranche, decimal> Defaults { get; } = new Dictionary<Tranche, decimal>
    {
        [Tranche.Bitcoin] = 0.50m,
        [Tranche.Senior] = 0.60m,
        [Tranche.Mezzanine] = 0.70m,
        [Tranche.Junior] = 0.80m,
        [Tranche.JuniorPlus] = 0.90m,
        [Tranche.Equity] = 1.00m,
    }.ToFrozenDictionary();
}
