using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace Sure.Gateway.Webhooks;

/// <summary>Finds the addresses of a host.</summary>
internal delegate Task<IPAddress[]> HostResolver(string host, CancellationToken cancellationToken);

/// <summary>A target is at an address that webhooks may not reach.</summary>
internal sealed class ForbiddenTargetException() : Exception("The target is at an address that webhooks may not reach.");

/// <summary>Where webhooks may go: the public internet, and the networks that are allowed beside it.</summary>
internal sealed class TargetPolicy(IOptions<WebhookOptions> options, HostResolver resolve)
{
    internal const int LongestUrl = 256;

    private readonly IPNetwork[] _allowed = [.. options.Value.AllowedNetworks.Select(IPNetwork.Parse)];

    /// <summary>Whether an address may be reached.</summary>
    public bool Allows(IPAddress address) =>
        PublicAddress.Is(address) || (!address.IsIPv4MappedToIPv6 && _allowed.Any(n => n.Contains(address)));

    /// <summary>Whether what it is sent by may be used.</summary>
    public bool AllowsSchemeOf(Uri url) => url.Scheme == Uri.UriSchemeHttps || (options.Value.AllowHttp && url.Scheme == Uri.UriSchemeHttp);

    /// <summary>Reads the address of a webhook; else says what is wrong with it.</summary>
    public bool TryRead(string text, [NotNullWhen(true)] out Uri? url, [NotNullWhen(false)] out string? fault)
    {
        fault = null;
        if (text.Length > LongestUrl || !Uri.TryCreate(text, UriKind.Absolute, out url) || !HasHost(url))
        {
            url = null;
            fault = $"url must be an absolute URL of at most {LongestUrl} characters.";
        }
        else if (!AllowsSchemeOf(url))
        {
            fault = options.Value.AllowHttp ? "url must begin with https:// or http://." : "url must begin with https://.";
        }
        else if (url.UserInfo.Length > 0 || url.Fragment.Length > 0)
        {
            fault = "url must hold neither a user nor a fragment.";
        }
        else if (IPAddress.TryParse(url.IdnHost, out var literal) ? !Allows(literal) : IsNoDomain(url.Host))
        {
            fault = "url must lead to a public address.";
        }

        return fault is null && url is not null;
    }

    /// <summary>Whether there is a host, in letters that the DNS has for it; that it has none the framework says by throwing.</summary>
    private static bool HasHost(Uri url)
    {
        try
        {
            return url.IdnHost.Length > 0;
        }
        catch (UriFormatException)
        {
            return false;
        }
    }

    /// <summary>
    /// Whether a name is none of the DNS: that of this machine itself (RFC 6761, 6.3), or one that ends in a number, of which there are no
    /// domains (RFC 3696, section 2) but which somebody behind this may take for an address in yet another spelling.
    /// </summary>
    private static bool IsNoDomain(string host) =>
        host.TrimEnd('.').Split('.')[^1] is var last
        && (last.Length == 0 || char.IsNumber(last[0]) || string.Equals(last, "localhost", StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// The addresses of a host, all of which may be reached: one that may not spoils the others, which a client could get by asking again.
    /// </summary>
    /// <exception cref="ForbiddenTargetException">One of them may not.</exception>
    /// <exception cref="SocketException">The host has none.</exception>
    public async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, cancellationToken);
        if (addresses.Length == 0)
        {
            throw new SocketException((int)SocketError.HostNotFound);
        }

        return addresses.All(Allows) ? addresses : throw new ForbiddenTargetException();
    }
}
