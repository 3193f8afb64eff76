using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;

namespace Sure.Contracts.Calls;

/// <summary>What UtilizationService answers at <c>GET /internal/pool</c>: the pool as dynamic pricing needs it.</summary>
/// <param name="AsOf">The time the figures are true for.</param>
/// <param name="Pool">The pool as a whole.</param>
/// <param name="Tranches">The six tranches in order of seniority.</param>
/// <param name="CoverageByStablecoin">Active coverage in USD by coin; a coin without coverage may be missing.</param>
public sealed record PoolState(
    DateTimeOffset AsOf,
    PoolFigures Pool,
    IReadOnlyList<TrancheFigures> Tranches,
    IReadOnlyDictionary<Stablecoin, decimal> CoverageByStablecoin)
{
    /// <summary>Path of the call.</summary>
    public const string Path = "/internal/pool";
}
