using System.Text.Json;

namespace Sure.Gateway.Limits;

/// <summary>What a batch of quotes counts: a tenth of its quotes, at least one.</summary>
internal static class BatchCost
{
    private const int QuotesPerRequest = 10;
    private const int Deepest = 64;

    /// <summary>Reads the body, which stays there to be read again.</summary>
    /// <exception cref="BadHttpRequestException">The body is too large or too late.</exception>
    public static async Task<long> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var body = new MemoryStream((int)(request.ContentLength ?? 0));
        await request.Body.CopyToAsync(body, cancellationToken);
        body.Position = 0;
        request.Body = body;
        return Of(body.GetBuffer().AsSpan(0, (int)body.Length));
    }

    /// <summary>What <paramref name="body"/> counts; as far as it can be read, for the rest the service refuses it.</summary>
    public static long Of(ReadOnlySpan<byte> body)
    {
        long quotes = 0;
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = Deepest });
        try
        {
            while (reader.Read())
            {
                // {"quotes":[ each of these
                if (reader.CurrentDepth == 2 && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.Null)
                {
                    quotes++;
                }
            }
        }
        catch (JsonException)
        {
            // It is refused as malformed; until there it counts.
        }

        return Math.Max(1, (quotes + QuotesPerRequest - 1) / QuotesPerRequest);
    }
}
