using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Sure.Gateway.Limits;

/// <summary>Counts what every client asks for.</summary>
internal sealed class RateLimiter : IDisposable
{
    /// <summary>When so many clients were there within minutes, further ones without a key are counted as one.</summary>
    private const int MostClients = 200_000;

    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<(RateClass Rate, string Client), RateWindow> _windows = new();
    private readonly SharedCounts _shared;
    private readonly LimitOptions _options;
    private readonly TimeProvider _time;
    private readonly ITimer _sweeping;
    private volatile bool _isFull;

    public RateLimiter(SharedCounts shared, IOptions<LimitOptions> options, TimeProvider time)
    {
        _shared = shared;
        _options = options.Value;
        _time = time;
        _sweeping = time.CreateTimer(static limiter => ((RateLimiter)limiter!).Sweep(), this, SweepInterval, SweepInterval);
    }

    /// <summary>Spends <paramref name="cost"/> requests of a client.</summary>
    public ValueTask<RateVerdict> SpendAsync(RateClass rate, LimitedClient client, long cost)
    {
        var key = (rate, client.Name);
        if (!_windows.TryGetValue(key, out var window))
        {
            key = _isFull && !client.IsKnown ? (rate, "others") : key;
            window = _windows.GetOrAdd(
                key,
                static (k, limiter) => new RateWindow($"{k.Rate.ToString().ToLowerInvariant()}:{k.Client}", limiter._shared, limiter._time),
                this);
        }

        return window.SpendAsync(_options.Of(rate, client.IsKnown, client.Factor), cost);
    }

    public void Dispose() => _sweeping.Dispose();

    private void Sweep()
    {
        foreach (var (key, window) in _windows)
        {
            if (window.IsOld)
            {
                _windows.TryRemove(key, out _);
            }
        }

        _isFull = _windows.Count > MostClients;
    }
}

/// <summary>Whose requests are counted together.</summary>
/// <param name="Name">Of the key or token, else the address.</param>
/// <param name="IsKnown">Whether there is a key or token.</param>
/// <param name="Factor">That the key carries; 1 for others.</param>
internal readonly record struct LimitedClient(string Name, bool IsKnown, decimal Factor);
