using System.Net.Mime;
using System.Reflection;

namespace Sure.RealtimeService.Description;

/// <summary>The AsyncAPI document of the WebSocket. A test holds it to what is sent.</summary>
internal static class DescriptionEndpoint
{
    public static void MapDescription(this IEndpointRouteBuilder endpoints)
    {
        var document = Read();
        endpoints.MapGet("/asyncapi/v2.json", () => TypedResults.Bytes(document, MediaTypeNames.Application.Json)).ExcludeFromDescription();
    }

    private static byte[] Read()
    {
        using var resource = Assembly.GetExecutingAssembly().GetManifestResourceStream("asyncapi.json")!;
        using var document = new MemoryStream();
        resource.CopyTo(document);
        return document.ToArray();
    }
}
