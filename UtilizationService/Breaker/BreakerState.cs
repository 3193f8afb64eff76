namespace Sure.UtilizationService.Breaker;

/// <summary>The breaker as it stands.</summary>
/// <param name="Reason">Why it is open; null while it is closed.</param>
/// <param name="Since">Since when it is open.</param>
/// <param name="ResetAt">When it was last reset; losses before that do not count any more.</param>
public sealed record BreakerState(string? Reason, DateTimeOffset? Since, DateTimeOffset? ResetAt)
{
    /// <summary>Whether new policies and withdrawals are stopped.</summary>
    public bool Open => Reason is not null;
}
