using System.Security.Cryptography;

namespace Sure.LocalHost;

/// <summary>Where everything listens and how it is entered: connection strings and addresses.</summary>
public sealed class PlatformAddresses(PortBook ports, Secrets secrets, Replicas replicas, Detours detours)
{
    /// <summary>The only address that private servers listen on.</summary>
    public const string Host = "127.0.0.1";

    /// <summary>Connections that PostgreSQL takes.</summary>
    public const int DatabaseConnections = 400;

    /// <summary>Those of them that are left to its superuser, to backups and to whoever looks.</summary>
    private const int OtherConnections = 20;

    /// <summary>The broker's user.</summary>
    public const string BrokerUser = "sure";

    /// <summary>The port that a server listens on.</summary>
    public int Port(string server) => ports.For(server);

    /// <summary>The password of a server or role.</summary>
    public string Password(string name) => secrets.For(name);

    /// <summary>The private key that a service signs its calls of other services with: P-256, PKCS #8, base64.</summary>
    public string PrivateKey(string service) => secrets.For($"identity of {service}", static () =>
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Convert.ToBase64String(key.ExportPkcs8PrivateKey());
    });

    /// <summary>The public key of a service, which those that it calls are given.</summary>
    public string PublicKey(string service)
    {
        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(Convert.FromBase64String(PrivateKey(service)), out _);
        return Convert.ToBase64String(key.ExportSubjectPublicKeyInfo());
    }

    /// <summary>How <paramref name="service"/> gets to <paramref name="resource"/>, a database, cache or broker.</summary>
    public string ConnectionString(PlatformResource resource, string service)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return resource.Kind switch
        {
            // The role's own search_path leads into the schema of the service.
            ResourceKind.Database =>
                $"Host={Host};Port={PortTo(resource.References[0])};Username={service};Password={Password(service)};Database={resource.Name};"
                + $"Maximum Pool Size={(DatabaseConnections - OtherConnections) / InstancesAt(resource)}",
            ResourceKind.Redis => $"{Host}:{PortTo(resource.Name)},password={Password(resource.Name)}",
            ResourceKind.RabbitMq => $"amqp://{BrokerUser}:{Password(resource.Name)}@{Host}:{PortTo(resource.Name)}",
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

    /// <summary>How many instances of all services connect to <paramref name="resource"/>.</summary>
    private int InstancesAt(PlatformResource resource) =>
        PlatformGraph.Services.Where(s => s.References.Contains(resource.Name, StringComparer.Ordinal)).Sum(replicas.Of);

    private int PortTo(string server) => detours.Of(server) ?? Port(server);
}
