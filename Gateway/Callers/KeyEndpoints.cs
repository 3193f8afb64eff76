using System.Net.Mime;
using Sure.ServiceDefaults.Identity;

namespace Sure.Gateway.Callers;

/// <summary>Where the services find the keys that tokens are signed with; on the internal listener only.</summary>
internal static class KeyEndpoints
{
    public static void MapSigningKeys(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet(InternalToken.KeysPath, async (KeyPublisher keys, CancellationToken cancellationToken) => TypedResults.Text(
            $$"""{"keys":[{{string.Join(',', await keys.ListAsync(cancellationToken))}}]}""", MediaTypeNames.Application.Json));
}
