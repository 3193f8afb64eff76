using Sure.BridgeService.Observations;
using Sure.Contracts.Consensus;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.Prices;

/// <summary>What the sources of a coin agree on. Pure.</summary>
internal static class PriceConsensus
{
    /// <summary>Makes the consensus of one coin in one cycle.</summary>
    /// <param name="coin">Which.</param>
    /// <param name="sources">The last observation of each kind of each source.</param>
    /// <param name="now">When.</param>
    /// <param name="options">The rules' figures.</param>
    public static PriceReport Make(Stablecoin coin, IEnumerable<PriceObservation> sources, DateTimeOffset now, PriceOptions options)
    {
        var observations = sources.ToList();
        var prices = observations.Where(o => o.Kind == PriceKind.Price).OrderBy(o => o.Source, StringComparer.Ordinal).ToList();
        var live = prices.Where(o => now - o.ObservedAt < options.MaxAgeOf(o.Source)).Select(o => o.Value).ToList();
        var navs = NavsOf(coin, observations, now, options);
        var reference = ReferenceOf(navs);

        var agreed = live.Count >= options.LeastSources;
        decimal? price = agreed ? Sample.Median(live) : null;
        return new PriceReport(
            coin,
            now,
            price is { } known && reference is { } par ? PriceAgreement.PegRatio(known, par) : null,
            price,
            reference,
            agreed ? options.ConsensusScore(live) : null,
            live.Count,
            [
                .. prices.Select(o => new PriceSourceFigure(
                    o.Source, o.Value, reference is { } unit ? PriceAgreement.PegRatio(o.Value, unit) : null, o.ObservedAt, now - o.ObservedAt < options.MaxAgeOf(o.Source))),
            ],
            prices.Count > 0 ? prices.Max(o => o.ObservedAt) : null,
            navs);
    }

    /// <summary>What each source last said a yield-bearing coin can be redeemed for; null for a coin whose reference is 1.</summary>
    private static List<NavFigure>? NavsOf(Stablecoin coin, IEnumerable<PriceObservation> observations, DateTimeOffset now, PriceOptions options) =>
        coin.IsYieldBearing()
            ?
            [
                .. observations.Where(o => o.Kind == PriceKind.Nav).OrderBy(o => o.Source, StringComparer.Ordinal)
                    .Select(o => new NavFigure(o.Source, o.Value, o.ObservedAt, now - o.ObservedAt < options.NavMaxAge)),
            ]
            : null;

    /// <summary>1, or the median net asset value of a yield-bearing coin; null while none is live.</summary>
    private static decimal? ReferenceOf(List<NavFigure>? navs) => navs switch
    {
        null => 1,
        _ when navs.Where(n => n.Live).Select(n => n.Value).ToList() is { Count: > 0 } live => Sample.Median(live),
        _ => null,
    };
}
