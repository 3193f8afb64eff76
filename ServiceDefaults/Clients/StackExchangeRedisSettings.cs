namespace Aspire.StackExchange.Redis;

/// <summary>Settings of the Redis client, section <c>Aspire:StackExchange:Redis</c>.</summary>
public sealed class StackExchangeRedisSettings
{
    /// <summary>StackExchange.Redis configuration string; <c>ConnectionStrings:{name}</c> wins over it.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Leaves the health check out. Default false.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>Leaves traces out. Default false.</summary>
    public bool DisableTracing { get; set; }
}
