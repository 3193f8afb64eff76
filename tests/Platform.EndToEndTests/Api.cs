using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Sure.EndToEndTests;

/// <summary>An answer as a client sees it.</summary>
internal sealed record Answer(HttpStatusCode Status, string? ContentType, JsonNode? Body, HttpResponseMessage Response)
{
    public JsonNode this[string field] => Body![field] ?? throw new InvalidOperationException($"No {field} in {Body!.ToJsonString()}");

    public override string ToString() => $"{(int)Status} {Body?.ToJsonString()}";
}

/// <summary>Requests as a client writes them.</summary>
internal static class Api
{
    /// <summary>Where one quote is asked for.</summary>
    public const string QuotePath = "/api/v2/quote/multi-dimensional";

    public static async Task<Answer> GetJsonAsync(this HttpClient client, string path) =>
        await ReadAsync(await client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken));

    public static async Task<Answer> PostJsonAsync(this HttpClient client, string path, object body, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        return await ReadAsync(await client.SendAsync(request, TestContext.Current.CancellationToken));
    }

    public static async Task<Answer> PostTextAsync(this HttpClient client, string path, string body, string mediaType = "application/json")
    {
        using var content = new StringContent(body, Encoding.UTF8, mediaType);
        return await ReadAsync(await client.PostAsync(new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken));
    }

    /// <summary>The request of a quote, spelled as on the wire.</summary>
    public static object Quote(string type, string chain, string coin, decimal amount = 10_000m, int days = 90) => new
    {
        coverage_type = type,
        chain,
        stablecoin = coin,
        coverage_amount = amount,
        duration_days = days,
    };

    /// <summary>
    /// Asks for a quote that can be bound. While the cores are busy Redis may be too slow for a quote to be kept, which is then for information
    /// only: another one is asked for.
    /// </summary>
    public static Task<Answer> BindableQuoteAsync(this HttpClient client, object request) => BindableAsync(
        async () =>
        {
            var quote = await client.PostJsonAsync(QuotePath, request);
            Assert.True(quote.Status == HttpStatusCode.OK, quote.ToString());
            return quote;
        },
        quote => (bool)quote["bindable"]);

    /// <summary>The same for who asks in another way; what <paramref name="ask"/> throws is thrown.</summary>
    public static Task<T> BindableAsync<T>(Func<Task<T>> ask, Func<T, bool> isBindable) =>
        TestServers.Eventually.HoldsAsync(ask, isBindable, "a quote can be bound", TestContext.Current.CancellationToken);

    private static async Task<Answer> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var type = response.Content.Headers.ContentType?.MediaType;
        return new Answer(response.StatusCode, type, type?.EndsWith("json", StringComparison.Ordinal) is true ? JsonNode.Parse(text) : null, response);
    }
}
