using Sure.Contracts.Events;

namespace Sure.UtilizationService.Claims.Rules;

/// <summary>What the sources of a coin agreed on at a time. Until the next point, this one stands.</summary>
/// <param name="Sequence">Its number among what its producer told; points are judged in this order.</param>
/// <param name="At">When it was made.</param>
/// <param name="PegRatio">Median price over reference; null without consensus or reference.</param>
/// <param name="Consensus">Score of agreement, 0.3 … 1; null without consensus.</param>
/// <param name="Sources">What each source last said, live or not.</param>
public sealed record ConsensusPoint(
    long Sequence, DateTimeOffset At, decimal? PegRatio, decimal? Consensus, IReadOnlyList<PriceSourceFigure> Sources)
{
    /// <summary>Whether the peg ratio, and each of at least <paramref name="sources"/> live sources, is at or below <paramref name="ratio"/>.</summary>
    public bool IsAtOrBelow(decimal ratio, int sources) =>
        PegRatio <= ratio && Sources.Count(s => s.Live && s.PegRatio <= ratio) >= sources;
}
