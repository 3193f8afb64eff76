namespace Sure.EndToEndTests;

/// <summary>Awaits what must become true.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Asks <paramref name="probe"/> until it answers something that <paramref name="holds"/>; fails with the last answer after <paramref name="limit"/>.</summary>
    public static async Task<T> HoldsAsync<T>(Func<Task<T>> probe, Func<T, bool> holds, TimeSpan limit, string what)
    {
        var deadline = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(Pause);
        string last;
        do
        {
            try
            {
                var answer = await probe();
                if (holds(answer))
                {
                    return answer;
                }

                last = answer?.ToString() ?? "null";
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException or System.Data.Common.DbException)
            {
                last = exception.Message;
            }
        }
        while (TimeProvider.System.GetElapsedTime(deadline) < limit && await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken));

        throw new TimeoutException($"Within {limit} it did not become true that {what}. Last: {last}");
    }
}
