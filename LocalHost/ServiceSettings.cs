using System.Globalization;

namespace Sure.LocalHost;

/// <summary>The settings of services, as environment variables with the names that Aspire passes them under.</summary>
public sealed class ServiceSettings(PlatformAddresses addresses, DataFolder data, bool demonstration, int publicPort)
{
    /// <summary>The setting of the public port.</summary>
    public const string PublicPortSetting = "Gateway__Port";

    private const int DefaultPublicPort = 8080;

    /// <summary>What instance <paramref name="instance"/> of <paramref name="service"/> is told, on top of our own environment.</summary>
    public IReadOnlyDictionary<string, string> For(PlatformResource service, int instance)
    {
        ArgumentNullException.ThrowIfNull(service);
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["ASPNETCORE_URLS"] = Authority(addresses.InstancesOf(service)[instance]),
            // All start at once on the cores of one person: nothing is measured for the compiler, and it compiles for speed what is called
            // often only when nothing new has been called for 4096 ms (hexadecimal).
            ["DOTNET_TieredPGO"] = "0",
            ["DOTNET_TC_CallCountingDelayMs"] = "1000",
        };
        foreach (var resource in service.References.Select(PlatformGraph.Find))
        {
            if (resource.Kind is not ResourceKind.Service)
            {
                settings[$"ConnectionStrings__{resource.Name}"] = addresses.ConnectionString(resource, service.Name);
                continue;
            }

            foreach (var (index, address) in addresses.InstancesOf(resource).Index())
            {
                settings[$"services__{resource.Name}__http__{index}"] = Authority(address);
            }
        }

        settings["Identity__Key"] = addresses.PrivateKey(service.Name);
        foreach (var caller in PlatformGraph.CallersOf(service.Name))
        {
            settings[$"Identity__Peers__{caller}"] = addresses.PublicKey(caller);
        }

        if (service.Name == PlatformGraph.Gateway)
        {
            // One instance alone listens on a port; a balancer in front knows them all.
            settings[PublicPortSetting] = (publicPort + instance).ToString(CultureInfo.InvariantCulture);
            settings["Platform__Data"] = demonstration ? "demonstration" : "live";
            if (instance == 0)
            {
                // One of them makes the key; two would make two.
                settings["Platform__DevelopmentKeyFile"] = data.DevelopmentKeyFile;
            }
        }

        return settings;
    }

    /// <summary>The port that the gateway listens on for everybody.</summary>
    /// <exception cref="StartException">The setting is no port.</exception>
    public static int PublicPort(IReadOnlyDictionary<string, string> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var value = environment.FirstOrDefault(e => e.Key.Equals(PublicPortSetting, StringComparison.OrdinalIgnoreCase)).Value;
        return string.IsNullOrEmpty(value) ? DefaultPublicPort
            : int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= ushort.MaxValue ? port
            : throw new StartException($"{PublicPortSetting} is '{value}'; it must be 1 … {ushort.MaxValue}.");
    }

    /// <summary>Without the slash that would double in clients that append a path.</summary>
    private static string Authority(Uri address) => address.GetLeftPart(UriPartial.Authority);
}
