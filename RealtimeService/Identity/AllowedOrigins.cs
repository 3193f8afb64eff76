using Microsoft.Extensions.Options;
using Sure.RealtimeService.Channels;

namespace Sure.RealtimeService.Identity;

/// <summary>
/// Whose pages may connect: any while nobody has to say who it is, then the platform's own and those of the gateway's list,
/// <c>Gateway:AllowedOrigins</c>. A browser cannot leave out or change the header; who has none is no page.
/// </summary>
internal sealed class AllowedOrigins(IConfiguration configuration, IOptions<RealtimeOptions> options)
{
    private readonly HashSet<string> _origins = new(configuration.GetSection("Gateway:AllowedOrigins").Get<string[]>() ?? [], StringComparer.OrdinalIgnoreCase);

    public bool Allow(HttpRequest request) =>
        !options.Value.RequireAuthentication || request.Headers.Origin is not [{ } origin] || _origins.Contains(origin) || IsOwn(origin, request);

    /// <summary>
    /// Whether the page came from where it connects to: browsers send the header to the server of the page too (RFC 6455, 4.1). Where the
    /// client came in is what the gateway says, which writes these headers anew whatever the client has put into them.
    /// </summary>
    private static bool IsOwn(string origin, HttpRequest request)
    {
        var scheme = request.Headers["X-Forwarded-Proto"] is [{ } forwardedScheme] ? forwardedScheme : request.Scheme;
        var host = request.Headers["X-Forwarded-Host"] is [{ } forwardedHost] ? forwardedHost : request.Host.ToUriComponent();
        return string.Equals(origin, $"{scheme}://{host}", StringComparison.OrdinalIgnoreCase);
    }
}
