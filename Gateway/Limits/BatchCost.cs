using System.Buffers;
using System.Text.Json;

namespace Sure.Gateway.Limits;

/// <summary>What a batch of quotes counts: a tenth of its quotes, at least one.</summary>
internal static class BatchCost
{
    private const int QuotesPerRequest = 10;
    private const int Deepest = 64;

    /// <summary>Reads the body, which stays there to be read again.</summary>
    /// <exception cref="BadHttpRequestException">The body is too large.</exception>
    public static async Task<long> ReadAsync(HttpRequest request, int largestBody, CancellationToken cancellationToken)
    {
        request.EnableBuffering(largestBody);
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            var length = 0;
            while (await request.Body.ReadAsync(buffer.AsMemory(length), cancellationToken) is > 0 and var read)
            {
                length += read;
                if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                    buffer.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }

            request.Body.Position = 0;
            return Of(buffer.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
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
