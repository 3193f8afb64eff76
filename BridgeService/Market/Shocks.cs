namespace Sure.BridgeService.Market;

/// <summary>
/// Rare jumps that fade: in each day of market time one may begin, with a depth that is exponentially distributed; it halves every
/// <paramref name="halfLife"/>.
/// </summary>
/// <param name="noise">Its randomness.</param>
/// <param name="stream">Its own stream.</param>
/// <param name="perDay">Chance of one in a day, 0 … 1.</param>
/// <param name="meanDepth">Mean depth.</param>
/// <param name="halfLife">Of a shock.</param>
internal sealed class Shocks(Noise noise, ulong stream, double perDay, double meanDepth, TimeSpan halfLife)
{
    private const double MinutesPerDay = 24 * 60;

    /// <summary>After this many days nothing is left of a shock: 2^−12 of one with a half-life of six hours.</summary>
    private const int DaysRemembered = 3;

    /// <summary>Depth of what is felt at <paramref name="minutes"/> of market time; ≥ 0.</summary>
    public double At(double minutes)
    {
        var today = (long)Math.Floor(minutes / MinutesPerDay);
        var felt = 0.0;
        for (var day = today - DaysRemembered; day <= today; day++)
        {
            if (noise.Uniform(stream, 3 * day) >= perDay)
            {
                continue;
            }

            var since = minutes - ((day + noise.Uniform(stream, (3 * day) + 1)) * MinutesPerDay);
            if (since >= 0)
            {
                felt += -Math.Log(noise.Uniform(stream, (3 * day) + 2)) * meanDepth * Math.Pow(2, -since / halfLife.TotalMinutes);
            }
        }

        return felt;
    }
}
