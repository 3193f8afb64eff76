namespace Sure.BridgeService;

/// <summary>How old something is, for answers.</summary>
internal static class Age
{
    /// <summary>Seconds with millisecond precision; never negative, whatever the clocks of sources say.</summary>
    public static decimal Of(DateTimeOffset time, DateTimeOffset now) =>
        Math.Max(0, Math.Round((decimal)(now - time).TotalSeconds, 3, MidpointRounding.AwayFromZero));
}
