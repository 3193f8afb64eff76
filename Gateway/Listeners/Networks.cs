using System.Diagnostics.CodeAnalysis;
using System.Net;
using Microsoft.Extensions.Options;

namespace Sure.Gateway.Listeners;

/// <summary>Networks as configuration names them: <c>10.0.0.0/8</c>, <c>::1</c>.</summary>
internal sealed class Networks
{
    private Networks(IReadOnlyList<IPNetwork> all) => All = all;

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => All.Count == 0;

    /// <summary>All of them.</summary>
    public IReadOnlyList<IPNetwork> All { get; }

    /// <summary>Whether each text is an address or a network.</summary>
    public static bool AreValid(IEnumerable<string> texts) => texts.All(t => TryParse(t, out _));

    /// <exception cref="FormatException">A text is neither an address nor a network.</exception>
    public static Networks Of(IEnumerable<string> texts) =>
        new([.. texts.Select(t => TryParse(t, out var network) ? network.Value : throw new FormatException($"{t} is no address and no network."))]);

    /// <summary>Whether <paramref name="address"/> is in one of them.</summary>
    public bool Contains(IPAddress? address)
    {
        if (address is null || IsEmpty)
        {
            return false;
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return All.Any(n => n.Contains(plain));
    }

    private static bool TryParse(string text, [NotNullWhen(true)] out IPNetwork? network)
    {
        network = IPNetwork.TryParse(text, out var parsed) ? parsed
            : IPAddress.TryParse(text, out var single) ? new IPNetwork(single, single.GetAddressBytes().Length * 8)
            : null;
        return network is not null;
    }
}

/// <summary>Proxies whose word on who asks is believed.</summary>
internal sealed class TrustedProxies(IOptions<GatewayOptions> options)
{
    /// <summary>Their networks.</summary>
    public Networks Networks { get; } = Networks.Of(options.Value.TrustedProxies);

    /// <summary>Whether <paramref name="address"/> is one of them.</summary>
    public bool Contains(IPAddress? address) => Networks.Contains(address);
}
