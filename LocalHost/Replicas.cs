using System.Globalization;

namespace Sure.LocalHost;

/// <summary>How many instances of each service are started: <c>Platform__Replicas__RiskService=2</c>.</summary>
public sealed class Replicas
{
    private const string Prefix = "Platform__Replicas__";
    private const int Most = 16;

    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>Reads them from the environment.</summary>
    /// <exception cref="StartException">A service is unknown or its number is none.</exception>
    public Replicas(IReadOnlyDictionary<string, string> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        foreach (var (name, value) in environment.Where(e => e.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)))
        {
            var service = PlatformGraph.Services.FirstOrDefault(s => s.Name.Equals(name[Prefix.Length..], StringComparison.OrdinalIgnoreCase))
                ?? throw new StartException($"{name} names no service; there are {string.Join(", ", PlatformGraph.Services.Select(s => s.Project))}.");
            if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > Most)
            {
                throw new StartException($"{name} is '{value}'; it must be 1 … {Most}.");
            }

            _counts[service.Name] = count;
        }
    }

    /// <summary>How many instances of <paramref name="service"/> there are; 1 unless said otherwise.</summary>
    public int Of(PlatformResource service)
    {
        ArgumentNullException.ThrowIfNull(service);
        return _counts.GetValueOrDefault(service.Name, 1);
    }
}
