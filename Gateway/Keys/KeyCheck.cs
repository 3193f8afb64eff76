using Sure.Gateway.Callers;
using Sure.Gateway.Limits;

namespace Sure.Gateway.Keys;

/// <summary>What became of a key that was sent.</summary>
internal abstract record KeyCheck
{
    private KeyCheck()
    {
    }

    /// <summary>It is good.</summary>
    public sealed record Known(Client Client) : KeyCheck;

    /// <summary>It is no key, or not a good one any more; which of them is nobody's business.</summary>
    public sealed record Refused : KeyCheck
    {
        public static Refused Instance { get; } = new();
    }

    /// <summary>Too many keys came from this address that are none; unless it was one more of them, nobody has looked.</summary>
    public sealed record Limited(RateVerdict Verdict) : KeyCheck;

    /// <summary>Nobody can tell, because PostgreSQL is away.</summary>
    public sealed record Unknown : KeyCheck
    {
        public static Unknown Instance { get; } = new();
    }
}
