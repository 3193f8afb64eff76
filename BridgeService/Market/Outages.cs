namespace Sure.BridgeService.Market;

/// <summary>Spells during which somebody says nothing: in each day of market time one may begin, with an exponentially distributed length.</summary>
/// <param name="noise">Its randomness.</param>
/// <param name="stream">Its own stream.</param>
/// <param name="perDay">Chance of one in a day, 0 … 1.</param>
/// <param name="meanLength">Mean length; well below a day.</param>
internal sealed class Outages(Noise noise, ulong stream, double perDay, TimeSpan meanLength)
{
    private const double MinutesPerDay = 24 * 60;

    /// <summary>Whether it lasts at <paramref name="minutes"/> of market time.</summary>
    public bool At(double minutes)
    {
        var today = (long)Math.Floor(minutes / MinutesPerDay);
        return LastsFrom(today - 1, minutes) || LastsFrom(today, minutes);
    }

    private bool LastsFrom(long day, double minutes)
    {
        if (noise.Uniform(stream, 3 * day) >= perDay)
        {
            return false;
        }

        var since = minutes - ((day + noise.Uniform(stream, (3 * day) + 1)) * MinutesPerDay);
        return since >= 0 && since < -Math.Log(noise.Uniform(stream, (3 * day) + 2)) * meanLength.TotalMinutes;
    }
}
