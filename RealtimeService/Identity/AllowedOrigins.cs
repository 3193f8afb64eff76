using Microsoft.Extensions.Options;
using Sure.RealtimeService.Channels;

namespace Sure.RealtimeService.Identity;

/// <summary>
/// Whose pages may connect: any while nobody has to say who it is, then those of the gateway's list, <c>Gateway:AllowedOrigins</c>. A browser
/// cannot leave out or change the header; who has none is no page.
/// </summary>
internal sealed class AllowedOrigins(IConfiguration configuration, IOptions<RealtimeOptions> options)
{
    private readonly HashSet<string> _origins = [.. configuration.GetSection("Gateway:AllowedOrigins").Get<string[]>() ?? []];

    public bool Allow(HttpRequest request) =>
        !options.Value.RequireAuthentication || request.Headers.Origin is not [{ } origin] || _origins.Contains(origin);
}
