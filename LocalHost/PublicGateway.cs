using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sure.LocalHost;

/// <summary>The gateway as everybody sees it.</summary>
internal sealed class PublicGateway : IDisposable
{
    private const string CertificateSetting = "Gateway__CertificatePath";

    /// <summary>With as many addresses as it has instances.</summary>
    /// <exception cref="StartException">The setting of its port is none, or leaves none for all of them.</exception>
    public PublicGateway(IReadOnlyDictionary<string, string> environment, int instances)
    {
        var secure = environment.Any(e => e.Key.Equals(CertificateSetting, StringComparison.OrdinalIgnoreCase) && e.Value.Length > 0);
        var first = ServiceSettings.PublicPort(environment);
        var greatest = ushort.MaxValue - instances + 1;
        if (first > greatest)
        {
            throw new StartException($"{ServiceSettings.PublicPortSetting} is '{first}'; with {instances} gateways, each on the port after the one before, it must be 1 … {greatest}.");
        }

        Addresses = [.. Enumerable.Range(first, instances).Select(port => new Uri($"{(secure ? "https" : "http")}://127.0.0.1:{port}"))];
#pragma warning disable CA2000, CA5399, MA0039 // Owned by the client. A certificate is for the public name; we look at our own machine only.
        var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true, UseProxy = false };
        Client = new HttpClient(handler, disposeHandler: true) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(30) };
#pragma warning restore CA2000, CA5399, MA0039
    }

    /// <summary>Where its instances listen, on this machine: one port after the other.</summary>
    public IReadOnlyList<Uri> Addresses { get; }

    /// <summary>Where the first of them listens.</summary>
    public Uri Address => Addresses[0];

    /// <summary>For calls to the public API.</summary>
    public HttpClient Client { get; }

    /// <summary>Null when everything is healthy, else what is not, in words.</summary>
    public async Task<string?> AilmentAsync(CancellationToken cancellationToken)
    {
        foreach (var address in Addresses)
        {
            if (await AilmentAsync(address, cancellationToken) is { } ailment)
            {
                return ailment;
            }
        }

        return null;
    }

    public void Dispose() => Client.Dispose();

    private async Task<string?> AilmentAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await Client.GetAsync(new Uri(address, "/health"), cancellationToken);
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
