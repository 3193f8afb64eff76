namespace Sure.Gateway.Webhooks;

/// <summary>When a delivery that failed is attempted again.</summary>
internal static class RetrySchedule
{
    private const int Growth = 3;

    /// <summary>Pauses differ by up to this part in either direction, so that what failed together does not come again together.</summary>
    private const double Spread = 0.25;

    /// <summary>
    /// The time of the next attempt: pauses of <see cref="WebhookOptions.FirstPause"/> × 3ⁿ up to <see cref="WebhookOptions.LongestPause"/>,
    /// the last attempt at the end of <see cref="WebhookOptions.GiveUpAfter"/>; null when that one has failed.
    /// </summary>
    /// <param name="attempts">Attempts so far, 1 or more.</param>
    /// <param name="createdAt">When the event was taken.</param>
    /// <param name="now">When the last attempt failed.</param>
    /// <param name="chance">Evenly spread over 0 … 1.</param>
    /// <param name="options">The pauses.</param>
    public static DateTimeOffset? Next(int attempts, DateTimeOffset createdAt, DateTimeOffset now, double chance, WebhookOptions options)
    {
        var end = createdAt + options.GiveUpAfter;
        if (now >= end)
        {
            return null;
        }

        var pause = options.FirstPause;
        for (var i = 1; i < attempts && pause < options.LongestPause; i++)
        {
            pause *= Growth;
        }

        pause = pause < options.LongestPause ? pause : options.LongestPause;
        var next = now + (pause * (1 - Spread + (2 * Spread * chance)));
        return next < end ? next : end;
    }
}
