using Sure.Contracts.Vocabulary;

namespace Sure.RiskService.Snapshots;

/// <summary>Coins that tend to fail together, section <c>Underwriting</c>: the same setting that UtilizationService sells by.</summary>
public sealed class CorrelatedGroupOptions
{
    /// <summary>The groups; empty for those of the domain, §4.</summary>
    public IList<Stablecoin[]> CorrelatedGroups { get; } = [];
}
