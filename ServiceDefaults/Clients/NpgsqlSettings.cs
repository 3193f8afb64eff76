namespace Aspire.Npgsql;

/// <summary>Settings of the PostgreSQL client, section <c>Aspire:Npgsql</c>.</summary>
public sealed class NpgsqlSettings
{
    /// <summary>Npgsql connection string; <c>ConnectionStrings:{name}</c> wins over it.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Leaves the health check out. Default false.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>Leaves traces out. Default false.</summary>
    public bool DisableTracing { get; set; }

    /// <summary>Leaves metrics out. Default false.</summary>
    public bool DisableMetrics { get; set; }
}
