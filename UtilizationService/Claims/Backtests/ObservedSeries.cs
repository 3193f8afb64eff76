using Sure.Contracts.Consensus;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.UtilizationService.Claims.Rules;

namespace Sure.UtilizationService.Claims.Backtests;

/// <summary>
/// Consensus points made of observations as monitoring would have made them (domain, §7): one at the time of each observation, from the last
/// word of every source that is live then. Of a single source each word stands until its next, however long that takes, because it may speak
/// only when its price changes; points between say so. Pure.
/// </summary>
/// <param name="Observed">The points at the observations.</param>
/// <param name="Points">These, and those between.</param>
internal sealed record ObservedSeries(IReadOnlyList<ConsensusPoint> Observed, IReadOnlyList<ConsensusPoint> Points)
{
    /// <summary>Fewer do not make a consensus, unless fewer are asked for.</summary>
    private const int LeastSources = 2;

    /// <summary>Makes them.</summary>
    /// <param name="coin">Whose reference may be its net asset value; null for one whose reference is 1.</param>
    /// <param name="observations">In any order; at least one.</param>
    /// <param name="minSources">1 takes a single live source for a consensus.</param>
    /// <param name="triggers">Score of agreement and longest gap.</param>
    /// <param name="options">How long words are live.</param>
    public static ObservedSeries Make(
        Stablecoin? coin, IReadOnlyList<BacktestObservation> observations, int minSources, TriggerOptions triggers, BacktestOptions options)
    {
        var single = observations.DistinctBy(o => o.Source).Count() == 1;
        var lastWords = new SortedDictionary<string, BacktestObservation>(StringComparer.Ordinal);
        var lastNavs = new Dictionary<string, BacktestObservation>(StringComparer.Ordinal);
        var points = new List<ConsensusPoint>();
        foreach (var moment in observations.GroupBy(o => o.ObservedAt).OrderBy(g => g.Key))
        {
            foreach (var observation in moment)
            {
                lastWords[observation.Source] = observation;
                if (observation.Nav is not null)
                {
                    lastNavs[observation.Source] = observation;
                }
            }

            points.Add(PointAt(moment.Key));
        }

        return new ObservedSeries(points, single ? [.. Filled(points, triggers.LongestGap)] : points);

        ConsensusPoint PointAt(DateTimeOffset now)
        {
            var navs = NavsAt(now);
            var reference = navs is null ? 1 : ReferenceOf(navs);
            List<PriceSourceFigure> sources =
            [
                .. lastWords.Values.Select(o => new PriceSourceFigure(
                    o.Source, o.Price, reference is { } unit ? PriceAgreement.PegRatio(o.Price, unit) : null, o.ObservedAt, single || now - o.ObservedAt < options.MaxAge)),
            ];
            var live = sources.Where(s => s.Live).Select(s => s.Price).ToList();
            return new ConsensusPoint(
                points.Count + 1,
                now,
                live.Count >= Math.Min(minSources, LeastSources) && reference is { } par ? PriceAgreement.PegRatio(Sample.Median(live), par) : null,
                live.Count >= LeastSources ? PriceAgreement.Score(live, triggers.VariationSteps, triggers.LeastConsensus) : null,
                sources,
                navs);
        }

        List<NavFigure>? NavsAt(DateTimeOffset now) => coin is { } known && known.IsYieldBearing()
            ? [.. lastNavs.Values.Select(o => new NavFigure(o.Source, o.Nav!.Value, o.ObservedAt, now - o.ObservedAt < options.NavMaxAge))]
            : null;
    }

    private static decimal? ReferenceOf(List<NavFigure> navs)
    {
        var live = navs.Where(n => n.Live).Select(n => n.Value).ToList();
        return live.Count > 0 ? Sample.Median(live) : null;
    }

    /// <summary>The points, and where the next is further away than <paramref name="step"/> the same again every such time.</summary>
    private static IEnumerable<ConsensusPoint> Filled(List<ConsensusPoint> points, TimeSpan step)
    {
        for (var i = 0; i < points.Count; i++)
        {
            yield return points[i];
            if (i + 1 == points.Count)
            {
                yield break;
            }

            for (var at = points[i].At + step; at < points[i + 1].At; at += step)
            {
                yield return points[i] with { At = at };
            }
        }
    }
}
