namespace Sure.Bench;

/// <summary>Requests at a fixed rate, whether or not the one before was answered: a server that stalls is not asked less for it.</summary>
internal static class OpenLoop
{
    /// <summary>Latencies in ms in ascending order, each from when its request was due.</summary>
    public static async Task<IReadOnlyList<double>> RunAsync(int seconds, int rate, Func<Task> askAsync)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / rate));
        var asked = new List<Task<double>>();
        var started = TimeProvider.System.GetTimestamp();
        while (asked.Count < seconds * rate)
        {
            // The timer may be late; the request was due all the same.
            while (asked.Count < seconds * rate && TimeProvider.System.GetElapsedTime(started).TotalSeconds * rate >= asked.Count)
            {
                asked.Add(AskAsync(askAsync, started, TimeSpan.FromSeconds((double)asked.Count / rate)));
            }

            await timer.WaitForNextTickAsync();
        }

        return [.. (await Task.WhenAll(asked)).Order()];
    }

    private static async Task<double> AskAsync(Func<Task> askAsync, long started, TimeSpan due)
    {
        await askAsync();
        return (TimeProvider.System.GetElapsedTime(started) - due).TotalMilliseconds;
    }
}
