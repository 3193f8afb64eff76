using System.Net;
using System.Net.Sockets;

namespace Sure.ServiceDefaults.Identity;

/// <summary>What counts as one sender where only the address says who it is.</summary>
public static class Site
{
    private const int BytesOfNetwork = 8;

    /// <summary>
    /// How the site of an address is called: of IPv4 the address itself, of IPv6 the network <c>/64</c>, which a single host may have and
    /// whose addresses are more than anybody could count.
    /// </summary>
    public static string NameOf(IPAddress? address)
    {
        if (address is null)
        {
            return "nowhere";
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4().ToString();
        }

        if (address.AddressFamily is not AddressFamily.InterNetworkV6)
        {
            return address.ToString();
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[BytesOfNetwork..].Clear();
        return $"{new IPAddress(bytes)}/64";
    }
}
