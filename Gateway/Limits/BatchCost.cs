using System.Text.Json;

namespace Sure.Gateway.Limits;

/// <summary>What a batch of quotes counts: a tenth of its quotes, at least one.</summary>
internal static class BatchCost
{
    /// <summary>What the largest batch of the API counts: 560 quotes.</summary>
    public const long Largest = 56;

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

    private static ReadOnlySpan<byte> Bom => [0xEF, 0xBB, 0xBF];

    /// <summary>What <paramref name="body"/> counts. One that cannot be read here counts as the largest: to somebody else it may be one.</summary>
    public static long Of(ReadOnlySpan<byte> body)
    {
        long least = 1;
        long quotes = 0;
        var reader = new Utf8JsonReader(body.StartsWith(Bom) ? body[Bom.Length..] : body, new JsonReaderOptions { MaxDepth = Deepest });
        try
        {
            while (reader.Read())
            {
                // {"quotes":[ each of these, whatever it is: what cannot be read is answered too
                if (reader.CurrentDepth == 2 && reader.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.EndObject or JsonTokenType.EndArray))
                {
                    quotes++;
                }
            }
        }
        catch (JsonException)
        {
            least = Largest;
        }

        return Math.Max(least, (quotes + QuotesPerRequest - 1) / QuotesPerRequest);
    }
}
