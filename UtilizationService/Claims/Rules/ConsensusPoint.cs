using System.Text.Json.Serialization;
using Sure.Contracts.Consensus;
using Sure.Contracts.Events;

namespace Sure.UtilizationService.Claims.Rules;

/// <summary>What the sources of a coin agreed on at a time. Until the next point, this one stands.</summary>
/// <param name="Sequence">Its number among what its producer told; points are judged in this order.</param>
/// <param name="At">When it was made.</param>
/// <param name="PegRatio">Median price over reference; null without consensus or reference.</param>
/// <param name="Consensus">Score of agreement, 0.3 … 1; null without consensus.</param>
/// <param name="Sources">What each source last said, live or not.</param>
/// <param name="Navs">The same of what a yield-bearing coin can be redeemed for; null where the reference is 1, and in points of an older version.</param>
/// <param name="DataSource">Where the observations come from: <c>simulated</c>, <c>http</c> or <c>keepers</c>; null in points of an older version, and of a back-test.</param>
public sealed record ConsensusPoint(
    long Sequence,
    DateTimeOffset At,
    decimal? PegRatio,
    decimal? Consensus,
    IReadOnlyList<PriceSourceFigure> Sources,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<NavFigure>? Navs = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? DataSource = null)
{
    /// <summary>
    /// Whether the peg ratio, and each of at least <paramref name="sources"/> live sources, is at or below <paramref name="ratio"/>. Of a
    /// yield-bearing coin a source is held against the highest net asset value that two bear out, or one where one source is asked for.
    /// </summary>
    public bool IsAtOrBelow(decimal ratio, int sources) =>
        PegRatio <= ratio && RatiosOfWitnesses(Math.Min(sources, PriceAgreement.LeastNavs)).Count(r => r <= ratio) >= sources;

    /// <summary>What live sources say, held against the highest value that so many of them do not fall short of; nothing where there is none.</summary>
    private IEnumerable<decimal?> RatiosOfWitnesses(int navs)
    {
        var live = Sources.Where(s => s.Live);
        if (Navs is null)
        {
            return live.Select(s => s.PegRatio);
        }

        return Navs.Where(n => n.Live).OrderByDescending(n => n.Value).Skip(navs - 1).FirstOrDefault() is { } borneOut
            ? live.Select(s => (decimal?)PriceAgreement.PegRatio(s.Price, borneOut.Value))
            : [];
    }
}
