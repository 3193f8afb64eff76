using System.Collections.Concurrent;

namespace Sure.Gateway.Limits;

/// <summary>
/// So many places for each name, of which nobody waits for one. Who has none taken is not remembered. The framework's limiter of partitions
/// disposes of the ones that are idle even where a request has just found them.
/// </summary>
/// <param name="most">Places of one name, at least 1.</param>
internal sealed class PlacesByName(int most)
{
    private readonly ConcurrentDictionary<string, int> _taken = new(StringComparer.Ordinal);

    /// <summary>Takes a place of <paramref name="name"/> until the answer is disposed of, or none where all are taken.</summary>
    public PlaceOfName TryTake(string name)
    {
        while (true)
        {
            var taken = _taken.GetOrAdd(name, 0);
            if (taken >= most)
            {
                return default;
            }

            if (_taken.TryUpdate(name, taken + 1, taken))
            {
                return new PlaceOfName(this, name);
            }
        }
    }

    /// <summary>Gives a place back.</summary>
    public void Free(string name)
    {
        while (true)
        {
            var taken = _taken[name];
            if (taken == 1 ? _taken.TryRemove(KeyValuePair.Create(name, taken)) : _taken.TryUpdate(name, taken - 1, taken))
            {
                return;
            }
        }
    }
}

/// <summary>A place that was taken, or none.</summary>
internal readonly struct PlaceOfName(PlacesByName? places, string name) : IDisposable
{
    /// <summary>Whether there was one.</summary>
    public bool IsTaken => places is not null;

    public void Dispose() => places?.Free(name);
}
