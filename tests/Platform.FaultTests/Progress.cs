using System.Collections.Concurrent;
using Sure.EndToEndTests;

namespace Sure.FaultTests;

/// <summary>What clients do with the platform.</summary>
internal enum Work
{
    /// <summary>A quote that can be bound.</summary>
    Quote,

    /// <summary>A policy bought.</summary>
    Sale,

    /// <summary>Capital paid in or out.</summary>
    Capital,

    /// <summary>The pool, the risk and the bridges read.</summary>
    Reading,

    /// <summary>A live message received, as long after it was made as it took.</summary>
    Live,
}

/// <summary>When which work went well, and what clients saw that they must never see.</summary>
internal sealed class Progress
{
    private static readonly Work[] All = Enum.GetValues<Work>();

    private readonly ConcurrentDictionary<Work, ConcurrentQueue<(long Began, long Ended)>> _done = new(All.Select(w => KeyValuePair.Create(w, new ConcurrentQueue<(long, long)>())));
    private readonly ConcurrentDictionary<Work, int> _refused = new();

    public ConcurrentQueue<string> Violations { get; } = new();

    public static long Now => TimeProvider.System.GetTimestamp();

    /// <summary>Work that was begun then has gone well now.</summary>
    public void Done(Work work, long began) => _done[work].Enqueue((began, Now));

    /// <summary>The platform could not do it, and said so or said nothing.</summary>
    public void Refused(Work work) => _refused.AddOrUpdate(work, 1, (_, count) => count + 1);

    /// <summary>How often work was refused so far.</summary>
    public int RefusalsOf(params Work[] work) => work.Sum(w => _refused.GetValueOrDefault(w));

    /// <summary>Waits until work of each kind that was begun after <paramref name="moment"/> has gone well.</summary>
    public async Task<(Work Last, TimeSpan Took)> GoesWellAsync(long moment, TimeSpan patience)
    {
        try
        {
            return (await Eventually.HoldsAsync(() => Task.FromResult(RecoveryAfter(moment)), r => r is not null, patience, "everything goes well"))!.Value;
        }
        catch (TimeoutException exception)
        {
            var missing = string.Join(", ", All.Where(w => !_done[w].Any(d => d.Began >= moment)));
            throw new TimeoutException($"Within {patience} no {missing} went well.", exception);
        }
    }

    /// <summary>What was done, in words.</summary>
    public override string ToString() => string.Join(", ", All.Select(w => $"{_done[w].Count} {w} ({_refused.GetValueOrDefault(w)} refused)"));

    /// <summary>
    /// How long after <paramref name="moment"/> the first work of each kind had gone well that was begun after it; null while one is missing.
    /// </summary>
    private (Work Last, TimeSpan Took)? RecoveryAfter(long moment)
    {
        (Work, TimeSpan)? last = null;
        foreach (var work in All)
        {
            var ended = _done[work].Where(d => d.Began >= moment).Select(d => d.Ended).DefaultIfEmpty(-1).Min();
            if (ended < 0)
            {
                return null;
            }

            var took = TimeProvider.System.GetElapsedTime(moment, ended);
            if (last is not { } longest || took > longest.Item2)
            {
                last = (work, took);
            }
        }

        return last;
    }
}
