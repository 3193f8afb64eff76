using System.Net;
using System.Net.Sockets;

namespace Sure.Gateway.Webhooks;

/// <summary>
/// Which addresses belong to the public internet. Of IPv4 everything does but the blocks of the IANA special-purpose registry; of IPv6
/// only global unicast (2000::/3) does, without its special-purpose blocks and without those that carry an IPv4 address inside.
/// </summary>
/// <remarks>
/// [1] RFC 6890, Special-Purpose IP Address Registries, tables 1 to 16 (IPv4) and 17 to 27 (IPv6), with what IANA has added since.
/// [2] RFC 4291, section 2.5.5.2 (IPv4-mapped, ::ffff:0:0/96). [3] RFC 6052 and RFC 8215 (NAT64, 64:ff9b::/96 and 64:ff9b:1::/48).
/// [4] RFC 3056 (6to4, 2002::/16). [5] RFC 4380 (Teredo, 2001::/32). [6] RFC 9637 (documentation, 3fff::/20).
/// </remarks>
internal static class PublicAddress
{
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] SpecialV4 =
    [
        .. new[]
        {
            "0.0.0.0/8", // [1] this network
            "10.0.0.0/8", // [1] private use
            "100.64.0.0/10", // [1] shared address space; metadata of one cloud at 100.100.100.200
            "127.0.0.0/8", // [1] loopback
            "169.254.0.0/16", // [1] link local; metadata of most clouds at 169.254.169.254
            "172.16.0.0/12", // [1] private use
            "192.0.0.0/24", // [1] IETF protocol assignments; metadata of one cloud at 192.0.0.192
            "192.0.2.0/24", // [1] documentation
            "192.88.99.0/24", // [1] 6to4 relay anycast
            "192.168.0.0/16", // [1] private use
            "198.18.0.0/15", // [1] benchmarking
            "198.51.100.0/24", // [1] documentation
            "203.0.113.0/24", // [1] documentation
            "224.0.0.0/4", // multicast, RFC 5771
            "240.0.0.0/4", // [1] reserved, and limited broadcast
            "168.63.129.16/32", // a public address that is the metadata server of one cloud, reached from inside it only
        }.Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork[] SpecialV6 =
    [
        .. new[]
        {
            "2001::/23", // [1] IETF protocol assignments: Teredo [5], benchmarking, ORCHID and others
            "2001:db8::/32", // [1] documentation
            "2002::/16", // [4] 6to4: an IPv4 address inside
            "3fff::/20", // [6] documentation
        }.Select(IPNetwork.Parse),
    ];

    /// <summary>Whether <paramref name="address"/> is a unicast address of the public internet, by its own form: one inside another is refused.</summary>
    public static bool Is(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.AddressFamily switch
        {
            // [2] First: networks of IPv6 take such an address for the IPv4 address inside.
            _ when address.IsIPv4MappedToIPv6 => false,
            AddressFamily.InterNetwork => !SpecialV4.Any(n => n.Contains(address)),
            // Loopback, unspecified, unique local, link local, multicast and NAT64 [3] all lie outside global unicast.
            AddressFamily.InterNetworkV6 => GlobalUnicast.Contains(address) && !SpecialV6.Any(n => n.Contains(address)),
            _ => false,
        };
    }
}
