using System.Threading.RateLimiting;

namespace Sure.Gateway.Limits;

/// <summary>Places that are taken while something is worked on. Nobody waits for one: who finds none is told so at once.</summary>
internal static class Places
{
    public static ConcurrencyLimiter Of(int number) => new(new ConcurrencyLimiterOptions { PermitLimit = number, QueueLimit = 0 });
}
