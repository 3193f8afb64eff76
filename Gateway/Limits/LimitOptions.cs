using System.ComponentModel.DataAnnotations;

namespace Sure.Gateway.Limits;

/// <summary>Section <c>Limits</c>: requests of one client per minute, for all instances together.</summary>
internal sealed class LimitOptions
{
    /// <summary>Multiplies every limit of requests and connections. Above 0.</summary>
    [Range(0.001, 1_000_000)]
    public decimal Scale { get; set; } = 1;

    /// <summary>Without a key, of all that has no limit of its own.</summary>
    [Range(1, 1_000_000)]
    public int Anonymous { get; set; } = 100;

    /// <summary>The same with a key.</summary>
    [Range(1, 1_000_000)]
    public int Known { get; set; } = 500;

    /// <summary>Quotes without a key.</summary>
    [Range(1, 1_000_000)]
    public int AnonymousQuotes { get; set; } = 60;

    /// <summary>Quotes with a key.</summary>
    [Range(1, 1_000_000)]
    public int KnownQuotes { get; set; } = 600;

    /// <summary>Policies to be bound.</summary>
    [Range(1, 1_000_000)]
    public int Policies { get; set; } = 20;

    /// <summary>Claims to be filed.</summary>
    [Range(1, 1_000_000)]
    public int Claims { get; set; } = 10;

    /// <summary>Deposits, withdrawals and previews.</summary>
    [Range(1, 1_000_000)]
    public int Vault { get; set; } = 30;

    /// <summary>Batches of observations.</summary>
    [Range(1, 1_000_000)]
    public int Observations { get; set; } = 600;

    /// <summary>Back-tests.</summary>
    [Range(1, 1_000_000)]
    public int Backtests { get; set; } = 10;

    /// <summary>Stress tests.</summary>
    [Range(1, 1_000_000)]
    public int StressTests { get; set; } = 10;

    /// <summary>Keys of one address that are looked up in vain; after that only those are taken that are remembered.</summary>
    [Range(1, 1_000_000)]
    public int Lookups { get; set; } = 300;

    /// <summary>Requests that are worked on at a time; what comes on top is answered 503 at once. Open WebSockets do not count.</summary>
    [Range(1, 1_000_000)]
    public int Concurrency { get; set; } = 2_000;

    /// <summary>
    /// The same of one service behind the gateway, so that one that hangs, or two, do not keep the places of all; a third of
    /// <see cref="Concurrency"/> where it is not set. What comes on top is answered 503 at once.
    /// </summary>
    [Range(1, 1_000_000)]
    public int? ConcurrencyPerService { get; set; }

    /// <summary>
    /// The same of one address, or of one network <c>/64</c> of IPv6; times <see cref="Scale"/>. A small part of what a service has: how
    /// long a request keeps its place is up to its client too, who may read as slowly as it is let. What comes on top is answered 429 at once.
    /// </summary>
    [Range(1, 1_000_000)]
    public int ConcurrencyPerAddress { get; set; } = 64;

    /// <summary>Batches of quotes that are worked on at a time: each is held in memory whole. What comes on top is answered 503 at once.</summary>
    [Range(1, 1_000_000)]
    public int Batches { get; set; } = 100;

    /// <summary>The same of one client. What comes on top is answered 429 at once.</summary>
    [Range(1, 1_000_000)]
    public int BatchesPerClient { get; set; } = 4;

    /// <summary>Open connections of this instance, and as many open WebSockets; times <see cref="Scale"/>.</summary>
    [Range(1, 1_000_000)]
    public int Connections { get; set; } = 20_000;

    /// <summary>Open connections of one address, or of one network <c>/64</c> of IPv6, trusted proxies apart; times <see cref="Scale"/>.</summary>
    [Range(1, 1_000_000)]
    public int ConnectionsPerAddress { get; set; } = 1_000;

    /// <summary>How long the count in Redis is waited for before this instance counts alone.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:00:05")]
    public TimeSpan SharedTimeout { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Requests per minute of a class, for a client whose key carries a factor; at least 1.</summary>
    public long Of(RateClass rate, bool isKnown, decimal factor)
    {
        var limit = rate switch
        {
            RateClass.Quotes => isKnown ? KnownQuotes : AnonymousQuotes,
            RateClass.Policies => Policies,
            RateClass.Claims => Claims,
            RateClass.Vault => Vault,
            RateClass.Observations => Observations,
            RateClass.Backtests => Backtests,
            RateClass.StressTests => StressTests,
            RateClass.Lookups => Lookups,
            _ => isKnown ? Known : Anonymous,
        };
        return Math.Max(1, (long)Math.Min(long.MaxValue / 2, limit * Scale * factor));
    }

    /// <summary>A limit of connections or places with its factor; at least 1.</summary>
    public int Scaled(int limit) => (int)Math.Clamp(limit * Scale, 1, int.MaxValue);
}
