using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Sure.EndToEndTests.Attacks;

/// <summary>An answer as it came over the wire; of status 0 what was none.</summary>
internal sealed record WireAnswer(int Status, string Head, string Body)
{
    public override string ToString() => $"{Status} {Body[..Math.Min(Body.Length, 120)]}";
}

/// <summary>A connection on which octets are sent as they are, which no client library would.</summary>
internal sealed class Wire : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TcpClient _client = new();

    private Wire()
    {
    }

    public static async Task<Wire> ConnectAsync(Uri address)
    {
        var wire = new Wire();
        await wire._client.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        return wire;
    }

    /// <summary>Sends <paramref name="text"/>, a character an octet, and reads until it is hung up.</summary>
    /// <returns>Every answer that came.</returns>
    /// <exception cref="TimeoutException">It was not hung up within 10 s.</exception>
    public static async Task<IReadOnlyList<WireAnswer>> ExchangeAsync(Uri address, string text)
    {
        using var wire = await ConnectAsync(address);
        await wire.SendAsync(text);
        return await wire.ReadToEndAsync();
    }

    /// <summary>Sends octets; false where it has been hung up.</summary>
    public async Task<bool> SendAsync(string text)
    {
        try
        {
            await _client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(text), TestContext.Current.CancellationToken);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <inheritdoc cref="ExchangeAsync"/>
    public async Task<IReadOnlyList<WireAnswer>> ReadToEndAsync() => Parse(await ReadTextToEndAsync());

    /// <summary>All that comes until it is hung up, a character an octet.</summary>
    public async Task<string> ReadTextToEndAsync()
    {
        using var received = new MemoryStream();
        var buffer = new byte[16 * 1024];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            for (int count; (count = await _client.GetStream().ReadAsync(buffer, limit.Token)) > 0;)
            {
                received.Write(buffer, 0, count);
            }
        }
        catch (IOException)
        {
            // Hung up without ceremony, since there was more to read.
        }
        catch (OperationCanceledException exception) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"It was not hung up within {Patience}. Until then came: {Encoding.Latin1.GetString(received.ToArray())}", exception);
        }

        return Encoding.Latin1.GetString(received.ToArray());
    }

    public void Dispose() => _client.Dispose();

    private static List<WireAnswer> Parse(string text)
    {
        var answers = new List<WireAnswer>();
        for (var at = 0; at < text.Length;)
        {
            var end = text.IndexOf("\r\n\r\n", at, StringComparison.Ordinal);
            if (end < 0 || !text[at..].StartsWith("HTTP/1.1 ", StringComparison.Ordinal))
            {
                answers.Add(new WireAnswer(0, "", $"no answer: {text[at..]}"));
                break;
            }

            var head = text[at..end];
            var status = int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture);
            at = end + 4;
            string body;
            if (Field(head, "Transfer-Encoding") is "chunked")
            {
                body = ReadChunks(text, ref at);
            }
            else
            {
                // Without a length it goes on to the end (RFC 9112, 6.3).
                var length = status is 204 or 304 ? 0 : int.Parse(Field(head, "Content-Length") ?? $"{text.Length}", CultureInfo.InvariantCulture);
                body = text.Substring(at, Math.Min(length, text.Length - at));
                at += body.Length;
            }

            answers.Add(new WireAnswer(status, head, body));
        }

        return answers;
    }

    private static string ReadChunks(string text, ref int at)
    {
        var body = new StringBuilder();
        while (true)
        {
            var end = text.IndexOf("\r\n", at, StringComparison.Ordinal);
            var size = int.Parse(text.AsSpan(at, end - at), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            body.Append(text, end + 2, size);
            at = end + 2 + size + 2;
            if (size == 0)
            {
                return body.ToString();
            }
        }
    }

    private static string? Field(string head, string name) => head.Split("\r\n")
        .Where(line => line.StartsWith($"{name}: ", StringComparison.OrdinalIgnoreCase))
        .Select(line => line[(name.Length + 2)..])
        .SingleOrDefault();
}
