namespace Sure.LocalHost;

/// <summary>Where everything listens and how it is entered: connection strings and addresses.</summary>
public sealed class PlatformAddresses(PortBook ports, Secrets secrets, Replicas replicas)
{
    /// <summary>The only address that private servers listen on.</summary>
    public const string Host = "127.0.0.1";

    /// <summary>The broker's user.</summary>
    public const string BrokerUser = "sure";

    /// <summary>The port of a server.</summary>
    public int Port(string server) => ports.For(server);

    /// <summary>The password of a server or role.</summary>
    public string Password(string name) => secrets.For(name);

    /// <summary>How <paramref name="service"/> gets to <paramref name="resource"/>, a database, cache or broker.</summary>
    public string ConnectionString(PlatformResource resource, string service)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return resource.Kind switch
        {
            // The role's own search_path leads into the schema of the service.
            ResourceKind.Database =>
                $"Host={Host};Port={Port(resource.References[0])};Username={service};Password={Password(service)};Database={resource.Name}",
            ResourceKind.Redis => $"{Host}:{Port(resource.Name)},password={Password(resource.Name)}",
            ResourceKind.RabbitMq => $"amqp://{BrokerUser}:{Password(resource.Name)}@{Host}:{Port(resource.Name)}",
            _ => throw new ArgumentException($"{resource.Name} has no connection string.", nameof(resource)),
        };
    }

    /// <summary>The address of every instance of <paramref name="service"/>.</summary>
    public IReadOnlyList<Uri> InstancesOf(PlatformResource service) =>
        [.. Enumerable.Range(0, replicas.Of(service)).Select(i => new Uri($"http://{Host}:{ports.For(InstanceName(service, i))}"))];

    /// <summary>The name of an instance: that of the service, from the second on with its number.</summary>
    public static string InstanceName(PlatformResource service, int instance)
    {
        ArgumentNullException.ThrowIfNull(service);
        return instance == 0 ? service.Name : $"{service.Name}.{instance + 1}";
    }
}
