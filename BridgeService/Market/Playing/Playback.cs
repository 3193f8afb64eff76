using Sure.Contracts.MarketEvents;
using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.Market.Playing;

/// <summary>An event that is played: what it makes of the market at any time. Pure.</summary>
/// <param name="Event">Which.</param>
/// <param name="Speed">How many times as fast as it happened; above 0.</param>
/// <param name="StartedAt">When it began.</param>
internal sealed record Playback(PlayableEvent Event, double Speed, DateTimeOffset StartedAt)
{
    /// <summary>After the end half of the way back to the market is gone in each such time of the event.</summary>
    private static readonly TimeSpan HalfLife = TimeSpan.FromHours(3);

    /// <summary>Half-lives after which nothing is felt any more.</summary>
    private const int HalfLivesFelt = 10;

    /// <summary>When the last of it has been played; from then on the market comes back.</summary>
    public DateTimeOffset EndsAt => StartedAt + (Event.Length / Speed);

    /// <summary>Whether anything of it is felt.</summary>
    public bool IsFelt(DateTimeOffset now) => now >= StartedAt && now < EndsAt + (HalfLivesFelt * HalfLife / Speed);

    /// <summary>Price of a coin, in USD.</summary>
    /// <param name="coin">Which.</param>
    /// <param name="now">When.</param>
    /// <param name="otherwise">What it would be without the event.</param>
    public double Price(Stablecoin coin, DateTimeOffset now, double otherwise)
    {
        if (Event.Records.FirstOrDefault(r => r.Stablecoin == coin) is not { } record)
        {
            return otherwise;
        }

        var at = Event.RecordStart + Elapsed(now);
        return at < record.Prices[0].ObservedAt ? otherwise : Faded((double)LastBefore(record, at), otherwise, at - record.Prices[^1].ObservedAt);
    }

    /// <summary>Value of a bridge over what it would be without the event, and whether it is paused.</summary>
    public (double Share, bool Paused) BridgeAt(string bridgeId, DateTimeOffset now)
    {
        if (Event.Bridges.FirstOrDefault(b => b.BridgeId == bridgeId) is not { } course)
        {
            return (1, false);
        }

        var elapsed = Elapsed(now);
        var minute = elapsed.TotalMinutes;
        var last = TimeSpan.FromMinutes(course.Value[^1].Minute);
        return (Faded(ShareAt(course.Value, minute), 1, elapsed - last), minute >= course.PausedFromMinute && elapsed <= last);
    }

    private static double Faded(double played, double otherwise, TimeSpan sinceEnd) =>
        sinceEnd <= TimeSpan.Zero ? played : otherwise + ((played - otherwise) * Math.Pow(2, -(sinceEnd / HalfLife)));

    /// <summary>What a feed shows until its next round.</summary>
    private static decimal LastBefore(MarketEvent record, DateTimeOffset at) => record.Prices.Last(p => p.ObservedAt <= at).Price;

    private static double ShareAt(IReadOnlyList<ValuePoint> points, double minute)
    {
        for (var i = 1; i < points.Count; i++)
        {
            var (from, to) = (points[i - 1], points[i]);
            if (minute <= to.Minute)
            {
                return from.Share + ((to.Share - from.Share) * (minute - from.Minute) / (to.Minute - from.Minute));
            }
        }

        return points[^1].Share;
    }

    private TimeSpan Elapsed(DateTimeOffset now) => (now - StartedAt) * Speed;
}
