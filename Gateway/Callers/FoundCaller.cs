using Sure.Gateway.Limits;

namespace Sure.Gateway.Callers;

/// <summary>What became of the question who asks.</summary>
internal abstract record FoundCaller
{
    private FoundCaller()
    {
    }

    /// <summary>Nobody in particular: nothing was sent.</summary>
    public sealed record Anonymous : FoundCaller
    {
        public static Anonymous Instance { get; } = new();
    }

    /// <summary>The owner of a key or token.</summary>
    public sealed record Known(Client Client) : FoundCaller;

    /// <summary>What was sent is no key and no token, or not a good one any more; the reason is for the logs.</summary>
    public sealed record Refused(string Reason) : FoundCaller;

    /// <summary>Too many keys came from this address that are none; unless it was one more of them, nobody has looked.</summary>
    public sealed record Limited(RateVerdict Verdict) : FoundCaller;

    /// <summary>Nobody can tell, because PostgreSQL or the issuer of the token is away.</summary>
    public sealed record Unknown : FoundCaller
    {
        public static Unknown Instance { get; } = new();
    }
}
