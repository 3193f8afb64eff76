namespace Sure.TestServers;

/// <summary>Awaits what must become true.</summary>
public static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks <paramref name="probe"/> until it answers something that <paramref name="holds"/>.</summary>
    /// <param name="probe">What is asked; what it throws ends the wait.</param>
    /// <param name="holds">Whether the answer is the one that is waited for.</param>
    /// <param name="what">What is waited for, as in "it did not become true that …".</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="patience">How long it may take; 60 s where it is left out.</param>
    /// <exception cref="TimeoutException">It did not become true in time; says the last answer.</exception>
    public static async Task<T> HoldsAsync<T>(
        Func<Task<T>> probe, Func<T, bool> holds, string what, CancellationToken cancellationToken, TimeSpan? patience = null)
    {
        ArgumentNullException.ThrowIfNull(probe);
        ArgumentNullException.ThrowIfNull(holds);
        var limit = patience ?? Patience;
        var startedAt = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(Pause);
        while (true)
        {
            var answer = await probe();
            if (holds(answer))
            {
                return answer;
            }

            if (TimeProvider.System.GetElapsedTime(startedAt) >= limit)
            {
                throw new TimeoutException($"Within {limit} it did not become true that {what}. Last: {answer}");
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    /// <summary>Waits until <paramref name="condition"/> holds; 60 s at most.</summary>
    /// <exception cref="TimeoutException">It did not become true in time.</exception>
    public static Task HoldsAsync(Func<Task<bool>> condition, string what, CancellationToken cancellationToken) =>
        HoldsAsync(condition, held => held, what, cancellationToken);
}
