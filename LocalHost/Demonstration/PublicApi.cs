using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Sure.LocalHost.Demonstration;

/// <summary>An answer of the API.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">JSON; null where the answer is none.</param>
internal sealed record ApiAnswer(HttpStatusCode Status, JsonNode? Body)
{
    /// <summary>Whether it was done.</summary>
    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>The sentence of a problem, or the status.</summary>
    public string Sentence => (string?)Body?["error"] ?? (string?)Body?["detail"] ?? (string?)Body?["title"] ?? $"status {(int)Status}";
}

/// <summary>The public API with the development key. What fails for a moment is tried again; requests carry a key that makes that safe.</summary>
internal sealed class PublicApi(HttpClient client, string key, TimeProvider time)
{
    private const int Attempts = 12;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public Task<ApiAnswer> GetAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, body: null, idempotencyKey: null, cancellationToken);

    public Task<ApiAnswer> PostAsync(string path, object body, string? idempotencyKey, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, path, body, idempotencyKey, cancellationToken);

    private async Task<ApiAnswer> SendAsync(
        HttpMethod method, string path, object? body, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var backoff = new Backoff();
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan? pause = null;
            try
            {
                using var request = new HttpRequestMessage(method, path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", key) } };
                request.Content = body is null ? null : JsonContent.Create(body, body.GetType(), mediaType: null, Json);
                if (idempotencyKey is not null)
                {
                    request.Headers.Add("Idempotency-Key", idempotencyKey);
                }

                using var response = await client.SendAsync(request, cancellationToken);
                var passing = response.StatusCode is HttpStatusCode.TooManyRequests
                    or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;
                if (!passing || attempt == Attempts)
                {
                    return new ApiAnswer(response.StatusCode, await ReadAsync(response, cancellationToken));
                }

                pause = response.Headers.RetryAfter?.Delta;
            }
            catch (HttpRequestException) when (attempt < Attempts)
            {
                // The gateway may be starting again.
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && attempt < Attempts)
            {
                // It took too long; the same request again finds out whether it was done.
            }

            var wait = backoff.After(TimeSpan.Zero);
            await Task.Delay(pause < LongestPause && pause > wait ? pause.Value : wait, time, cancellationToken);
        }
    }

    private static async Task<JsonNode?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
