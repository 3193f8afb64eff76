using Sure.BridgeService.Observations;

namespace Sure.BridgeService.Adapters;

/// <summary>What no source is believed, whatever it is (domain, §7): the limits of what is pushed hold for what is pulled.</summary>
internal static class Plausibility
{
    /// <summary>Why the observation cannot be; null where it can.</summary>
    /// <param name="observation">What the source says.</param>
    /// <param name="now">The time.</param>
    /// <param name="maxAge">How old what this source says may be.</param>
    /// <param name="limits">What is believed of anybody.</param>
    /// <param name="last">The time of the source's last accepted observation of the same coin.</param>
    public static Refusal? Of(PriceObservation observation, DateTimeOffset now, TimeSpan maxAge, IngestionOptions limits, DateTimeOffset? last) =>
        ObservationRules.IsPrice(observation.Value, limits)
            ? OfTime(observation.ObservedAt, now, maxAge, limits, last)
            : new Refusal(RefusalReason.OutOfRange, $"{observation.Value} is no price: above 0, at most {limits.GreatestPriceUsd}.");

    /// <summary>Why the observation cannot be; null where it can.</summary>
    /// <param name="observation">What the source says.</param>
    /// <param name="now">The time.</param>
    /// <param name="maxAge">How old what this source says may be.</param>
    /// <param name="limits">What is believed of anybody.</param>
    /// <param name="last">The time of the source's last accepted observation of the same bridge.</param>
    public static Refusal? Of(BridgeObservation observation, DateTimeOffset now, TimeSpan maxAge, IngestionOptions limits, DateTimeOffset? last) =>
        observation.TvlUsd is { } tvl && !ObservationRules.IsTvl(tvl, limits)
            ? new Refusal(RefusalReason.OutOfRange, $"{tvl} is no value locked: 0 … {limits.GreatestTvlUsd}.")
            : OfTime(observation.ObservedAt, now, maxAge, limits, last);

    private static Refusal? OfTime(DateTimeOffset observedAt, DateTimeOffset now, TimeSpan maxAge, IngestionOptions limits, DateTimeOffset? last)
    {
        if (observedAt - now > limits.FutureTolerance)
        {
            return new Refusal(RefusalReason.Future, $"{observedAt:O} is more than {limits.FutureTolerance} ahead.");
        }

        if (now - observedAt > maxAge)
        {
            return new Refusal(RefusalReason.Stale, $"{observedAt:O} is older than {maxAge}.");
        }

        return observedAt < last ? new Refusal(RefusalReason.Older, $"{observedAt:O} is before {last:O}, which the source gave already.") : null;
    }
}
