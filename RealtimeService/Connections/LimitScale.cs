namespace Sure.RealtimeService.Connections;

/// <summary><c>Limits:Scale</c>: multiplies every limit of the platform.</summary>
/// <param name="Factor">Above 0.</param>
internal sealed record LimitScale(double Factor)
{
    /// <summary>Reads it from the configuration; 1 where it is not set.</summary>
    /// <exception cref="InvalidOperationException">It is not above 0.</exception>
    public static LimitScale From(IConfiguration configuration)
    {
        var factor = configuration.GetValue("Limits:Scale", 1.0);
        return factor > 0 ? new LimitScale(factor) : throw new InvalidOperationException("Limits:Scale must be above 0.");
    }

    /// <summary>A limit at this scale; at least 1.</summary>
    public long Of(int limit) => Math.Max(1, (long)Math.Min(int.MaxValue, limit * Factor));
}
