namespace Sure.LocalHost.Output;

/// <summary>Says what is being waited for as soon as it takes longer than a second, and that it is over.</summary>
internal sealed class Progress(ConsoleLog log, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>Awaits <paramref name="work"/>, called <paramref name="what"/> (for example <c>Starting Redis</c>).</summary>
    public async Task DuringAsync(string what, Task work)
    {
        var startedAt = time.GetTimestamp();
        var wait = Patience;
        var said = false;
        while (!await EndsWithinAsync(work, wait))
        {
            log.Say(said ? $"{what} … {time.GetElapsedTime(startedAt).TotalSeconds:0} s" : $"{what} …");
            said = true;
            wait = Interval;
        }

        await work;
        if (said)
        {
            log.Say($"{what}: done in {time.GetElapsedTime(startedAt).TotalSeconds:0.0} s");
        }
    }

    private async Task<bool> EndsWithinAsync(Task work, TimeSpan limit)
    {
        using var timer = new CancellationTokenSource();
        var delay = Task.Delay(limit, time, timer.Token);
        var first = await Task.WhenAny(work, delay);
        await timer.CancelAsync();
        return first == work;
    }
}
