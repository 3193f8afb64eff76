using Sure.BridgeService.Observations;

namespace Sure.BridgeService.Adapters;

/// <summary>What no source is believed, whatever it is (1-domain §7).</summary>
internal static class Plausibility
{
    /// <summary>A price or net asset value above it is one in another unit.</summary>
    public const decimal MostPrice = 10;

    /// <summary>More than there is: a value locked above it is one in another unit.</summary>
    public const decimal MostTvlUsd = 1_000_000_000_000_000;

    /// <summary>How far a clock may be ahead of ours.</summary>
    public static readonly TimeSpan MostAhead = TimeSpan.FromMinutes(5);

    /// <summary>Why the observation cannot be; null where it can.</summary>
    /// <param name="observation">What the source says.</param>
    /// <param name="now">The time.</param>
    /// <param name="maxAge">How old what this source says may be.</param>
    /// <param name="last">The time of the source's last accepted observation of the same coin.</param>
    public static Refusal? Of(PriceObservation observation, DateTimeOffset now, TimeSpan maxAge, DateTimeOffset? last) =>
        observation.Value is <= 0 or > MostPrice
            ? new Refusal(RefusalReason.OutOfRange, $"{observation.Value} is no price: above 0, at most {MostPrice}.")
            : OfTime(observation.ObservedAt, now, maxAge, last);

    /// <summary>Why the observation cannot be; null where it can.</summary>
    /// <param name="observation">What the source says.</param>
    /// <param name="now">The time.</param>
    /// <param name="maxAge">How old what this source says may be.</param>
    /// <param name="last">The time of the source's last accepted observation of the same bridge.</param>
    public static Refusal? Of(BridgeObservation observation, DateTimeOffset now, TimeSpan maxAge, DateTimeOffset? last) =>
        observation.TvlUsd is < 0 or > MostTvlUsd
            ? new Refusal(RefusalReason.OutOfRange, $"{observation.TvlUsd} is no value locked: 0 … {MostTvlUsd}.")
            : OfTime(observation.ObservedAt, now, maxAge, last);

    private static Refusal? OfTime(DateTimeOffset observedAt, DateTimeOffset now, TimeSpan maxAge, DateTimeOffset? last)
    {
        if (observedAt - now > MostAhead)
        {
            return new Refusal(RefusalReason.Future, $"{observedAt:O} is more than {MostAhead} ahead.");
        }

        if (now - observedAt > maxAge)
        {
            return new Refusal(RefusalReason.Stale, $"{observedAt:O} is older than {maxAge}.");
        }

        return observedAt < last ? new Refusal(RefusalReason.Older, $"{observedAt:O} is before {last:O}, which the source gave already.") : null;
    }
}
