using System.Globalization;

namespace Sure.LocalHost;

/// <summary>
/// Ports by which services get to a server where something stands between the two, such as the proxy of a test that breaks connections:
/// <c>Platform__Detours__Postgres=23001</c>. The server itself listens where it always does.
/// </summary>
public sealed class Detours
{
    private const string Prefix = "Platform__Detours__";

    private readonly Dictionary<string, int> _ports = new(StringComparer.Ordinal);

    /// <summary>Reads them from the environment.</summary>
    /// <exception cref="StartException">A server is unknown or its port is none.</exception>
    public Detours(IReadOnlyDictionary<string, string> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        foreach (var (name, value) in environment.Where(e => e.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)))
        {
            var server = PlatformGraph.Servers.FirstOrDefault(s => s.Name.Equals(name[Prefix.Length..], StringComparison.OrdinalIgnoreCase))
                ?? throw new StartException($"{name} names no server; there are {string.Join(", ", PlatformGraph.Servers.Select(s => s.Name))}.");
            _ports[server.Name] = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= ushort.MaxValue
                ? port
                : throw new StartException($"{name} is '{value}'; it must be 1 … {ushort.MaxValue}.");
        }
    }

    /// <summary>The port that leads to <paramref name="server"/>; null where there is no detour.</summary>
    public int? Of(string server) => _ports.TryGetValue(server, out var port) ? port : null;
}
