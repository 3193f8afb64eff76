using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sure.LocalHost;

/// <summary>The gateway as everybody sees it.</summary>
internal sealed class PublicGateway : IDisposable
{
    private const string CertificateSetting = "Gateway__CertificatePath";

    public PublicGateway(IReadOnlyDictionary<string, string> environment)
    {
        var secure = environment.Any(e => e.Key.Equals(CertificateSetting, StringComparison.OrdinalIgnoreCase) && e.Value.Length > 0);
        Address = new Uri($"{(secure ? "https" : "http")}://127.0.0.1:{ServiceSettings.PublicPort(environment)}");
#pragma warning disable CA2000, CA5399, MA0039 // Owned by the client. A certificate is for the public name; we look at our own machine only.
        var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true, UseProxy = false };
        Client = new HttpClient(handler, disposeHandler: true) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(30) };
#pragma warning restore CA2000, CA5399, MA0039
    }

    /// <summary>Where it listens, on this machine.</summary>
    public Uri Address { get; }

    /// <summary>For calls to the public API.</summary>
    public HttpClient Client { get; }

    /// <summary>Null when everything is healthy, else what is not, in words.</summary>
    public async Task<string?> AilmentAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var response = await Client.GetAsync(new Uri("/health", UriKind.Relative), cancellationToken);
            var health = await response.Content.ReadFromJsonAsync<JsonNode>(cancellationToken);
            return StatusOf(health) switch
            {
                "healthy" => null,
                var status => $"the gateway says {status ?? $"status {(int)response.StatusCode}"}{Ailing(health)}",
            };
        }
        catch (HttpRequestException)
        {
            return "the gateway does not answer";
        }
        catch (JsonException)
        {
            return "the gateway's /health is not JSON";
        }
    }

    public void Dispose() => Client.Dispose();

    private static string Ailing(JsonNode? health)
    {
        var ailing = (health?["services"] as JsonObject)?.Where(s => StatusOf(s.Value) != "healthy").Select(s => s.Key).ToList() ?? [];
        return ailing.Count == 0 ? "" : $" ({string.Join(", ", ailing)})";
    }

    private static string? StatusOf(JsonNode? node) => node switch
    {
        JsonObject answer when answer["status"] is JsonValue status && status.TryGetValue<string>(out var word) => word,
        JsonValue value when value.TryGetValue<string>(out var word) => word,
        _ => null,
    };
}
