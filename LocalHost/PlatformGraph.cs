namespace Sure.LocalHost;

/// <summary>What a resource is.</summary>
public enum ResourceKind
{
    /// <summary>A PostgreSQL server.</summary>
    Postgres,

    /// <summary>A database on the server it refers to.</summary>
    Database,

    /// <summary>A Redis server.</summary>
    Redis,

    /// <summary>A RabbitMQ broker.</summary>
    RabbitMq,

    /// <summary>A project of this repository that is run.</summary>
    Service,
}

/// <summary>Something that is started, or is part of something that is.</summary>
/// <param name="Name">Its name, by which others refer to it; services find each other under it.</param>
/// <param name="Kind">What it is.</param>
/// <param name="References">The resources whose addresses it is given.</param>
/// <param name="Project">The project of a service; null for anything else.</param>
public sealed record PlatformResource(string Name, ResourceKind Kind, IReadOnlyList<string> References, string? Project = null);

/// <summary>The resources of the platform and who refers to whom: the same graph as <c>AppHost/apphost.cs</c>.</summary>
public static class PlatformGraph
{
    /// <summary>The PostgreSQL server.</summary>
    public const string Postgres = "postgres";

    /// <summary>The database on it; a schema and a role for each service.</summary>
    public const string Platform = "platform";

    /// <summary>The Redis server.</summary>
    public const string Cache = "cache";

    /// <summary>The RabbitMQ broker.</summary>
    public const string Messaging = "messaging";

    /// <summary>The one public door.</summary>
    public const string Gateway = "gateway";

    private const string Quotes = "quoteservice";
    private const string Risk = "riskservice";
    private const string Bridges = "bridgeservice";
    private const string Utilization = "utilizationservice";
    private const string Realtime = "realtimeservice";

    /// <summary>Every resource. A new service is a line here.</summary>
    public static IReadOnlyList<PlatformResource> Resources { get; } =
    [
        new(Postgres, ResourceKind.Postgres, []),
        new(Platform, ResourceKind.Database, [Postgres]),
        new(Cache, ResourceKind.Redis, []),
        new(Messaging, ResourceKind.RabbitMq, []),
        Service("QuoteService", Platform, Cache, Messaging, Gateway, Utilization, Bridges, Risk),
        Service("RiskService", Platform, Messaging, Gateway, Utilization, Bridges),
        Service("BridgeService", Platform, Messaging, Gateway),
        Service("UtilizationService", Platform, Cache, Messaging, Gateway, Quotes, Bridges, Risk),
        Service("RealtimeService", Cache, Messaging, Gateway, Bridges, Risk, Utilization),
        Service("Gateway", Platform, Cache, Messaging, Quotes, Risk, Bridges, Utilization, Realtime),
    ];

    /// <summary>The services, the gateway among them.</summary>
    public static IReadOnlyList<PlatformResource> Services { get; } = [.. Resources.Where(r => r.Kind is ResourceKind.Service)];

    /// <summary>The servers.</summary>
    public static IReadOnlyList<PlatformResource> Servers { get; } =
        [.. Resources.Where(r => r.Kind is ResourceKind.Postgres or ResourceKind.Redis or ResourceKind.RabbitMq)];

    /// <summary>The resource called <paramref name="name"/>.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public static PlatformResource Find(string name) =>
        Resources.FirstOrDefault(r => r.Name == name) ?? throw new KeyNotFoundException($"There is no resource {name}.");

    /// <summary>The services that may call the one called <paramref name="service"/>: those that refer to it.</summary>
    public static IEnumerable<string> CallersOf(string service) =>
        Services.Where(s => s.References.Contains(service, StringComparer.Ordinal)).Select(s => s.Name);

    private static PlatformResource Service(string project, params string[] references) =>
        new(project.ToLowerInvariant(), ResourceKind.Service, references, project);
}
