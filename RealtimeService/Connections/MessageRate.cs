namespace Sure.RealtimeService.Connections;

/// <summary>How many messages a client sent within a second. Not thread-safe: only its reader counts.</summary>
/// <param name="perSecond">How many it may.</param>
/// <param name="time">The clock.</param>
internal sealed class MessageRate(long perSecond, TimeProvider time)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private long _startedAt = time.GetTimestamp();
    private long _count;

    /// <summary>What a further message means.</summary>
    public Verdict Count()
    {
        if (time.GetElapsedTime(_startedAt) >= Second)
        {
            _startedAt = time.GetTimestamp();
            _count = 0;
        }

        _count++;
        return _count <= perSecond ? Verdict.Allowed : _count <= 2 * perSecond ? Verdict.Warned : Verdict.Excessive;
    }

    /// <summary>What becomes of a message.</summary>
    public enum Verdict
    {
        /// <summary>It is handled.</summary>
        Allowed,

        /// <summary>It is answered with an error.</summary>
        Warned,

        /// <summary>The client goes on after errors and is closed.</summary>
        Excessive,
    }
}
