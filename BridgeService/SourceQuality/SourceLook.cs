using Sure.BridgeService.Bridges;
using Sure.BridgeService.Observations;
using Sure.BridgeService.Prices;
using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.SourceQuality;

/// <summary>What one cycle saw of one series of a source.</summary>
/// <param name="Series">Of whom and of what.</param>
/// <param name="Age">Of its last word.</param>
/// <param name="IsLive">Whether that is young enough to count.</param>
/// <param name="GapBegan">Whether it ceased to be live since the cycle before.</param>
/// <param name="Disagreement">Distance from what the live sources agree on, as a fraction of that; null where nothing can be compared.</param>
internal sealed record SeriesLook(Series Series, TimeSpan Age, bool IsLive, bool GapBegan, double? Disagreement);

/// <summary>How good sources are. Pure.</summary>
internal static class SourceLook
{
    /// <summary>What a source said so long ago is neither looked at nor shown any more.</summary>
    public static readonly TimeSpan Watched = TimeSpan.FromDays(30);

    /// <summary>Looks at every series.</summary>
    /// <param name="bridges">Last words of each source of each bridge.</param>
    /// <param name="bridgeReports">What the cycle made of the bridges.</param>
    /// <param name="coins">Last words of each source of each coin.</param>
    /// <param name="coinReports">What the cycle made of the coins.</param>
    /// <param name="counts">Whether a source has a part in what is agreed on.</param>
    /// <param name="maxAges">How long words are live.</param>
    /// <param name="before">Time of the cycle before.</param>
    /// <param name="now">Time of this cycle.</param>
    public static IReadOnlyList<SeriesLook> At(
        ILookup<string, BridgeObservation> bridges,
        IEnumerable<BridgeReport> bridgeReports,
        ILookup<Stablecoin, PriceObservation> coins,
        IEnumerable<PriceReport> coinReports,
        Func<string, bool> counts,
        MaxAges maxAges,
        DateTimeOffset before,
        DateTimeOffset now)
    {
        var ofBridges =
            from report in bridgeReports
            from said in bridges[report.BridgeId]
            let tvl = said.TvlUsd
            where tvl.HasValue
            select Look(new Series(said.Source, ObservationKind.Bridge, report.BridgeId), said.ObservedAt, tvl.GetValueOrDefault(), report.TvlUsd);
        var ofCoins =
            from report in coinReports
            from said in coins[report.Stablecoin]
            let isNav = said.Kind is PriceKind.Nav
            select Look(
                new Series(said.Source, isNav ? ObservationKind.Nav : ObservationKind.Price, report.Stablecoin.Word()),
                said.ObservedAt,
                said.Value,
                isNav ? report.Reference : report.Price);
        return [.. ofBridges.Concat(ofCoins)];

        SeriesLook Look(Series series, DateTimeOffset observedAt, decimal value, decimal? agreed)
        {
            var maxAge = maxAges.Of(series);
            var isLive = now - observedAt < maxAge;
            return new SeriesLook(
                series,
                now > observedAt ? now - observedAt : TimeSpan.Zero,
                isLive,
                !isLive && before - observedAt < maxAge,
                isLive && counts(series.Source) && agreed is { } middle && middle > 0 ? (double)Math.Abs((value / middle) - 1) : null);
        }
    }
}

/// <summary>How long words are live, by who says them and of what.</summary>
internal sealed record MaxAges(BridgeOptions Bridges, PriceOptions Prices)
{
    public TimeSpan Of(Series series) => series.Kind switch
    {
        ObservationKind.Bridge => Bridges.MaxAgeOf(series.Source),
        ObservationKind.Nav => Prices.NavMaxAge,
        _ => Prices.MaxAgeOf(series.Source),
    };
}
