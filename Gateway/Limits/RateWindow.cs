namespace Sure.Gateway.Limits;

/// <summary>
/// The minute of one client on this instance. It takes requests from the shared count in small portions and spends them here, so that a
/// client with a large limit costs no round trip per request, and asks no more once nothing is left. What it took and did not spend is at
/// most <see cref="Portion"/> of the limit. Without the shared count it gives the whole limit itself.
/// </summary>
internal sealed class RateWindow(string name, SharedCounts shared, TimeProvider time)
{
    /// <summary>Limits are per minute.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromMinutes(1);

    /// <summary>Half a per cent.</summary>
    private const int Portion = 200;

    private readonly Lock _lock = new();

    /// <summary>Taken and not spent yet.</summary>
    private long _here;

    /// <summary>What the shared count had left when it was last asked; more than that it cannot have any more.</summary>
    private long _there;

    private long _spent;
    private long _wanted;
    private long _endsAt = long.MinValue;
    private bool _hasRefused;
    private Task? _asking;

    /// <summary>Whether its minute has been over for a while.</summary>
    public bool IsOld
    {
        get
        {
            lock (_lock)
            {
                return _asking is null && _wanted == 0 && time.GetTimestamp() > _endsAt;
            }
        }
    }

    /// <summary>Spends <paramref name="cost"/> of <paramref name="limit"/>; one that is larger than the limit takes the whole of it.</summary>
    public ValueTask<RateVerdict> SpendAsync(long limit, long cost)
    {
        cost = Math.Min(cost, limit);
        lock (_lock)
        {
            return TrySpend(limit, cost) is { } verdict ? new(verdict) : new(WaitAsync(limit, cost));
        }
    }

    private async Task<RateVerdict> WaitAsync(long limit, long cost)
    {
        Interlocked.Add(ref _wanted, cost);
        try
        {
            while (true)
            {
                Task asking;
                lock (_lock)
                {
                    if (TrySpend(limit, cost) is { } verdict)
                    {
                        return verdict;
                    }

                    asking = _asking ??= AskAsync(limit);
                }

                await asking;
            }
        }
        finally
        {
            Interlocked.Add(ref _wanted, -cost);
        }
    }

    /// <summary>The verdict, or null when the shared count has to be asked.</summary>
    private RateVerdict? TrySpend(long limit, long cost)
    {
        var now = time.GetTimestamp();
        if (now >= _endsAt)
        {
            (_here, _there, _spent, _hasRefused) = (0, limit, 0, false);
        }

        if (_here >= cost)
        {
            _here -= cost;
            _spent += cost;
            return Verdict(isAllowed: true, limit, now);
        }

        if (now >= _endsAt || _here + _there >= cost)
        {
            return null;
        }

        var verdict = Verdict(isAllowed: false, limit, now) with { IsFirstRefusal = !_hasRefused };
        _hasRefused = true;
        return verdict;
    }

    private RateVerdict Verdict(bool isAllowed, long limit, long now) =>
        new(isAllowed, limit, _here + _there, Math.Max(1, (int)Math.Ceiling(time.GetElapsedTime(now, _endsAt).TotalSeconds)));

    private async Task AskAsync(long limit)
    {
        // Whoever asks holds the lock.
        await Task.Yield();
        // All who wait by now are asked for at once.
        var wanted = Math.Max(Interlocked.Read(ref _wanted), limit / Portion);
        try
        {
            Take(await shared.TakeAsync(name, limit, wanted), limit);
        }
        finally
        {
            // Even of a question that failed: whoever comes next asks another.
            lock (_lock)
            {
                _asking = null;
            }
        }
    }

    private void Take(Grant? grant, long limit)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (now >= _endsAt)
            {
                (_here, _spent) = (0, 0);
                _endsAt = now + TicksOf(Length);
            }

            if (grant is null)
            {
                _here = Math.Max(0, limit - _spent);
                _there = 0;
            }
            else
            {
                _here += grant.Given;
                _there = grant.Left;
                _endsAt = now + TicksOf(grant.Life);
            }
        }
    }

    private long TicksOf(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);
}
