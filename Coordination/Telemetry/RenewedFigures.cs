namespace Sure.Coordination.Telemetry;

/// <summary>
/// Figures that only the leading instance of a service knows, for gauges: they are told while they are renewed, so that an instance that
/// does not lead any more falls silent instead of telling what was so when it did. Safe for use by several threads.
/// </summary>
/// <typeparam name="T">The figures.</typeparam>
/// <param name="time">The clock.</param>
public sealed class RenewedFigures<T>(TimeProvider time)
    where T : class
{
    private volatile Told? _told;

    /// <summary>The figures while they are told; null before the first and when they have not been renewed in time.</summary>
    public T? Current => _told is { } told && time.GetElapsedTime(told.At) <= told.Life ? told.Figures : null;

    /// <summary>Tells new figures.</summary>
    /// <param name="figures">The figures.</param>
    /// <param name="life">How long they are told unless they are renewed; about three times the interval of whoever knows them.</param>
    public void Tell(T figures, TimeSpan life) => _told = new Told(figures, life, time.GetTimestamp());

    /// <summary>Says that they have not changed.</summary>
    public void Renew()
    {
        if (_told is { } told)
        {
            _told = told with { At = time.GetTimestamp() };
        }
    }

    private sealed record Told(T Figures, TimeSpan Life, long At);
}
