using System.Net;
using System.Text;

namespace Sure.EndToEndTests.Attacks;

/// <summary>
/// Where one request ends and the next begins is the same to all who read it: what could be read in two ways is refused and the connection
/// closed, what can be read in one is answered once and the connection goes on behind it (RFC 9112, sections 2, 5, 6, 7 and 11.2).
/// </summary>
public sealed class SmugglingTests(RunningPlatform platform)
{
    private const string Path = "/api/v2/quote/multi-dimensional";
    private const string Quote = """{"coverage_type":"depeg","chain":"Ethereum","stablecoin":"USDC","coverage_amount":10000,"duration_days":90}""";
    private const string Start = $"POST {Path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";

    /// <summary>The request that an attacker hides in another; whoever reads it answers it, and so betrays itself.</summary>
    private const string Hidden = "GET /api/v2/hidden HTTP/1.1\r\nHost: x\r\nX-Pad: ";

    /// <summary>What a client sends next, and what ends the connection.</summary>
    private const string Next = "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

    private static readonly string Chunk = $"{Quote.Length:x}\r\n{Quote}\r\n";

    /// <summary>Messages that are none, so that nobody may guess what they mean: one refusal, and the connection is closed.</summary>
    public static TheoryData<string, string> Refused => new()
    {
        // 6.3: a message with both must not be read by its length, and its connection must be closed (6.1).
        { "length and chunked", $"{Start}Content-Length: {5 + Hidden.Length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{Hidden}" },
        { "chunked and length", $"{Start}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n{Chunk}0\r\n\r\n" },
        { "chunked and length 0", $"{Start}Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n{Chunk}0\r\n\r\n{Hidden}" },

        { "two lengths", $"{Start}Content-Length: {Quote.Length}\r\nContent-Length: {Quote.Length + Hidden.Length}\r\n\r\n{Quote}{Hidden}" },
        { "two lengths, small first", $"{Start}Content-Length: 0\r\nContent-Length: {Quote.Length}\r\n\r\n{Quote}" },
        { "a list of lengths", $"{Start}Content-Length: {Quote.Length}, 0\r\n\r\n{Quote}" },
        { "negative length", $"{Start}Content-Length: -1\r\n\r\n{Quote}" },
        { "hexadecimal length", $"{Start}Content-Length: 0x{Quote.Length:x}\r\n\r\n{Quote}" },
        { "length with a fraction", $"{Start}Content-Length: {Quote.Length}.0\r\n\r\n{Quote}" },
        { "length in words", $"{Start}Content-Length: ten\r\n\r\n{Quote}" },
        { "no length behind its name", $"{Start}Content-Length: \r\n\r\n{Quote}" },
        { "length beyond 64 bits", $"{Start}Content-Length: 18446744073709551617\r\n\r\n{Quote}" },
        { "length with a space inside", $"{Start}Content-Length: 1 0\r\n\r\n{Quote}" },
        { "length in other digits", $"{Start}Content-Length: \u00b9\u00b2\r\n\r\n{Quote}" },

        // 6.1, 7: chunked is the last coding, once.
        { "chunked and identity", $"{Start}Transfer-Encoding: chunked, identity\r\n\r\n{Chunk}0\r\n\r\n" },
        { "identity only", $"{Start}Transfer-Encoding: identity\r\nContent-Length: {Quote.Length}\r\n\r\n{Quote}" },
        { "xchunked", $"{Start}Transfer-Encoding: xchunked\r\n\r\n{Chunk}0\r\n\r\n" },
        { "chunked in quotes", $"{Start}Transfer-Encoding: \"chunked\"\r\n\r\n{Chunk}0\r\n\r\n" },
        { "chunked with a vertical tab", $"{Start}Transfer-Encoding: chunked\v\r\n\r\n{Chunk}0\r\n\r\n" },
        { "chunked behind a vertical tab", $"{Start}Transfer-Encoding: \vchunked\r\n\r\n{Chunk}0\r\n\r\n" },
        { "chunked with a NUL", $"{Start}Transfer-Encoding: chunked\0\r\n\r\n{Chunk}0\r\n\r\n" },
        { "chunked with a parameter", $"{Start}Transfer-Encoding: chunked;x=y\r\n\r\n{Chunk}0\r\n\r\n" },
        { "two encodings, the last no chunked", $"{Start}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n{Chunk}0\r\n\r\n" },
        { "an encoding without a name", $"{Start}Transfer-Encoding: \r\nContent-Length: {Quote.Length}\r\n\r\n{Quote}" },

        // 2.2: a lone LF may be taken for the end of a line; whoever takes it for a part of a value sees another message.
        { "a header ended by LF", $"{Start}X-A: b\nTransfer-Encoding: chunked\r\n\r\n{Chunk}0\r\n\r\n" },
        { "a request line ended by LF", "GET /api/v2/pool HTTP/1.1\nHost: x\r\n\r\n" },
        { "a head ended by LF", $"{Start}Content-Length: {Quote.Length}\r\n\n{Quote}" },

        // 5.1, 5.2: no space before the colon, no folding; names and values have no control characters.
        { "space before the colon", $"{Start}Transfer-Encoding : chunked\r\n\r\n{Chunk}0\r\n\r\n" },
        { "tab before the colon", $"{Start}Content-Length\t: {Quote.Length}\r\n\r\n{Quote}" },
        { "folded encoding", $"{Start}Transfer-Encoding:\r\n chunked\r\n\r\n{Chunk}0\r\n\r\n" },
        { "folded header", $"{Start}X-A: b\r\n Transfer-Encoding: chunked\r\nContent-Length: {Quote.Length}\r\n\r\n{Quote}" },
        { "space before the first header", $"POST {Path} HTTP/1.1\r\n Host: x\r\nContent-Length: 0\r\n\r\n" },
        { "NUL in a name", $"{Start}Transfer-Encoding\0: chunked\r\n\r\n{Chunk}0\r\n\r\n" },
        { "CR in a name", $"{Start}\rTransfer-Encoding: chunked\r\n\r\n{Chunk}0\r\n\r\n" },
        { "CR in a value", $"{Start}X-A: b\rTransfer-Encoding: chunked\r\nContent-Length: {Quote.Length}\r\n\r\n{Quote}" },
        { "NUL in a value", $"{Start}X-A: b\0c\r\nContent-Length: {Quote.Length}\r\n\r\n{Quote}" },
        { "a line without a colon", $"{Start}Transfer-Encoding chunked\r\nContent-Length: {Quote.Length}\r\n\r\n{Quote}" },
        { "a header without a name", $"{Start}: chunked\r\nContent-Length: {Quote.Length}\r\n\r\n{Quote}" },

        // 7.1: sizes are hexadecimal and followed by CRLF, and so is what they are the size of.
        { "chunk size beyond 64 bits", $"{Start}Transfer-Encoding: chunked\r\n\r\n1000000000000000{Quote.Length:x}\r\n{Quote}\r\n0\r\n\r\n" },
        { "chunk size beyond 32 bits", $"{Start}Transfer-Encoding: chunked\r\n\r\n100000000{Quote.Length:x}\r\n{Quote}\r\n0\r\n\r\n" },
        { "negative chunk size", $"{Start}Transfer-Encoding: chunked\r\n\r\n-1\r\n{Quote}\r\n0\r\n\r\n" },
        { "chunk size with 0x", $"{Start}Transfer-Encoding: chunked\r\n\r\n0x{Chunk}0\r\n\r\n" },
        { "chunk size with a sign", $"{Start}Transfer-Encoding: chunked\r\n\r\n+{Chunk}0\r\n\r\n" },
        { "chunk size behind a space", $"{Start}Transfer-Encoding: chunked\r\n\r\n {Chunk}0\r\n\r\n" },
        { "no chunk size", $"{Start}Transfer-Encoding: chunked\r\n\r\n\r\n{Quote}\r\n0\r\n\r\n" },
        { "chunk that is longer than its size", $"{Start}Transfer-Encoding: chunked\r\n\r\n{Quote.Length - 1:x}\r\n{Quote}\r\n0\r\n\r\n" },
        { "chunk that is ended otherwise", $"{Start}Transfer-Encoding: chunked\r\n\r\n{Quote.Length:x}\r\n{Quote}XX0\r\n\r\n" },
        { "chunk size ended by LF", $"{Start}Transfer-Encoding: chunked\r\n\r\n{Quote.Length:x}\n{Quote}\r\n0\r\n\r\n" },
        { "chunk size ended by CR", $"{Start}Transfer-Encoding: chunked\r\n\r\n{Quote.Length:x}\r{Quote}\r\n0\r\n\r\n" },
        { "chunk extension ended by LF", $"{Start}Transfer-Encoding: chunked\r\n\r\n{Quote.Length:x};\n{Quote}\r\n0\r\n\r\n" },
        { "LF in a chunk extension", $"{Start}Transfer-Encoding: chunked\r\n\r\n{Quote.Length:x};a\nb\r\n{Quote}\r\n0\r\n\r\n" },
        { "CR in a chunk extension", $"{Start}Transfer-Encoding: chunked\r\n\r\n{Quote.Length:x};a\rb\r\n{Quote}\r\n0\r\n\r\n" },

        // 2.3, 3: one version, one host, one target.
        { "two targets", "GET /api/v2/pool /internal/keys HTTP/1.1\r\nHost: x\r\n\r\n" },
        { "two versions", "GET /api/v2/pool HTTP/1.1 HTTP/1.1\r\nHost: x\r\n\r\n" },
        { "a version of tomorrow", "GET /api/v2/pool HTTP/1.2\r\nHost: x\r\n\r\n" },
        { "no version", "GET /api/v2/pool\r\nHost: x\r\n\r\n" },
        { "no host", "GET /api/v2/pool HTTP/1.1\r\nX: y\r\n\r\n" },
        { "two hosts", "GET /api/v2/pool HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n" },
        { "a host with a path", "GET /api/v2/pool HTTP/1.1\r\nHost: x/internal/keys\r\n\r\n" },
        { "a host with a user", "GET /api/v2/pool HTTP/1.1\r\nHost: x@y\r\n\r\n" },
        { "a host that is not that of the target", "GET http://x/api/v2/pool HTTP/1.1\r\nHost: y\r\n\r\n" },
    };

    /// <summary>Messages of which only one reading is right, and what is answered to them: once, and then to what comes next.</summary>
    public static TheoryData<string, string, int> InSync => new()
    {
        { "a body by its length", $"{Start}Content-Length: {Quote.Length}\r\n\r\n{Quote}", 200 },
        // No digits only, and so no length by 8.6 of RFC 9110; the server reads it as what everybody would who reads it at all.
        { "a body by its length with a plus sign", $"{Start}Content-Length: +{Quote.Length}\r\n\r\n{Quote}", 200 },
        { "a body in chunks", $"{Start}Transfer-Encoding: chunked\r\n\r\n{Chunk}0\r\n\r\n", 200 },
        { "a body in chunks of one", $"{Start}Transfer-Encoding: chunked\r\n\r\n{string.Concat(Quote.Select(c => $"1\r\n{c}\r\n"))}0\r\n\r\n", 200 },
        { "chunk extensions and leading zeros", $"{Start}Transfer-Encoding: chunked\r\n\r\n0000{Quote.Length:X};a=b;c=\"d\"\r\n{Quote}\r\n0;z\r\n\r\n", 200 },
        { "CHUNKED", $"{Start}Transfer-Encoding: CHUNKED\r\n\r\n{Chunk}0\r\n\r\n", 200 },
        { "a trailer that would be something as a header", $"{Start}Transfer-Encoding: chunked\r\n\r\n{Chunk}0\r\nContent-Length: 999\r\nHost: y\r\nTransfer-Encoding: chunked\r\n\r\n", 200 },
        { "a request in a body by its length", $"POST {Path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {Hidden.Length}\r\n\r\n{Hidden}", 400 },
        { "a request in a chunk", $"{Start}Transfer-Encoding: chunked\r\n\r\n{Hidden.Length:x}\r\n{Hidden}\r\n0\r\n\r\n", 400 },
        { "a request in the body of a GET", $"GET /api/v2/pool HTTP/1.1\r\nHost: x\r\nContent-Length: {Hidden.Length}\r\n\r\n{Hidden}", 200 },
        { "a request in the chunks of a GET", $"GET /api/v2/pool HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{Hidden.Length:x}\r\n{Hidden}\r\n0\r\n\r\n", 200 },
        { "a request in the body of what has no route", $"POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: {Hidden.Length}\r\n\r\n{Hidden}", 404 },
        { "a request in the body of what is forbidden", $"POST /api/v2/policies HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {Hidden.Length}\r\n\r\n{Hidden}", 401 },
        { "a request in the body of another type", $"POST {Path} HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: {Hidden.Length}\r\n\r\n{Hidden}", 415 },
        { "requests in a body that is too large", $"{Start}Content-Length: {Many.Length}\r\n\r\n{Many}", 413 },
        { "requests in chunks that are too large", $"{Start}Transfer-Encoding: chunked\r\n\r\n{Many.Length:x}\r\n{Many}\r\n0\r\n\r\n", 413 },
        { "a length by another name", $"{Start}Content_Length: 999\r\nX-Content-Length: 999\r\nContent-Length: {Quote.Length}\r\n\r\n{Quote}", 200 },
        { "an encoding by another name", $"{Start}Transfer_Encoding: chunked\r\nX-Transfer-Encoding: chunked\r\nTE: chunked\r\nContent-Length: {Quote.Length}\r\n\r\n{Quote}", 200 },
        { "a connection that drops the length", $"{Start}Connection: keep-alive, Content-Length, Transfer-Encoding\r\nContent-Length: {Quote.Length}\r\n\r\n{Quote}", 200 },
        { "an upgrade to what is no WebSocket", "GET /api/v2/pool HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n", 200 },
        { "an upgrade in a version that there is not", "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 777\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", 426 },
        { "empty lines before it", "\r\n\r\nGET /api/v2/pool HTTP/1.1\r\nHost: x\r\n\r\n", 200 },
    };

    /// <summary>More than 64 KiB of hidden requests.</summary>
    private static string Many { get; } = string.Concat(Enumerable.Repeat($"{Hidden}y\r\n\r\n", 1_400));

    [Fact]
    public async Task What_is_no_message_is_refused_once_and_the_connection_closed()
    {
        var faults = new List<string>();
        foreach (var (name, text) in Refused.Select(r => r.Data))
        {
            var answers = await Wire.ExchangeAsync(platform.Gateway, text + Next);
            if (answers is not [{ Status: 400 or 405 or 501 or 505 }])
            {
                faults.Add($"{name} → {(answers.Count == 0 ? "nothing" : string.Join(" | ", answers))}");
            }
        }

        Assert.True(faults.Count == 0, string.Join(Environment.NewLine, faults));
        await OthersAreServedAsync();
    }

    [Fact]
    public async Task What_can_be_read_in_one_way_is_answered_once_and_the_connection_goes_on_behind_it()
    {
        var faults = new List<string>();
        foreach (var (name, text, status) in InSync.Select(r => r.Data))
        {
            var answers = await Wire.ExchangeAsync(platform.Gateway, text + Next);
            var isAnsweredOnce = answers.Count > 0 && answers[0].Status == status
                // Hanging up on what was refused is as good.
                && ((answers.Count == 1 && status >= 400) || (answers.Count == 2 && answers[1].Status == 200 && answers[1].Body.Contains("\"services\"", StringComparison.Ordinal)));
            if (!isAnsweredOnce)
            {
                faults.Add($"{name} → {(answers.Count == 0 ? "nothing" : string.Join(" | ", answers))}");
            }
        }

        Assert.True(faults.Count == 0, string.Join(Environment.NewLine, faults));
        await OthersAreServedAsync();
    }

    [Fact]
    public async Task Requests_in_one_piece_are_answered_each_and_in_their_order()
    {
        var text = new StringBuilder();
        for (var i = 0; i < 20; i++)
        {
            text.Append(i % 2 == 0 ? $"GET /api/v2/bridge-health/unknown-{i} HTTP/1.1\r\nHost: x\r\n\r\n" : $"{Start}Content-Length: {Quote.Length}\r\n\r\n{Quote}");
        }

        var answers = await Wire.ExchangeAsync(platform.Gateway, $"{text}{Next}");

        Assert.Equal([.. Enumerable.Range(0, 20).Select(i => i % 2 == 0 ? 404 : 200), 200], answers.Select(a => a.Status));
    }

    /// <summary>6.1: an older version knows no chunks, so whoever speaks it may have meant anything by them.</summary>
    [Fact]
    public async Task Chunks_of_an_older_version_are_the_last_of_their_connection()
    {
        var answers = await Wire.ExchangeAsync(
            platform.Gateway,
            $"POST {Path} HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{Chunk}0\r\n\r\n{Next}");

        Assert.Single(answers);
    }

    [Fact]
    public async Task What_begins_as_another_protocol_is_not_gone_on_with_as_this_one()
    {
        foreach (var start in (string[])["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\u0016\u0003\u0001\u0000\u0005\u0001\u0000\u0000\u0001\u0003\r\n\r\n"])
        {
            using var wire = await Wire.ConnectAsync(platform.Gateway);
            await wire.SendAsync(start + Next);

            // A refusal, in the one protocol or the other, and no answer to what came after it.
            Assert.DoesNotContain("\"services\"", await wire.ReadTextToEndAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Behind_a_WebSocket_there_is_no_request()
    {
        using var wire = await Wire.ConnectAsync(platform.Gateway);
        await wire.SendAsync(
            "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\nGET /internal/keys HTTP/1.1\r\nHost: x\r\n\r\n");

        // It is read as frames, which it is not; nobody answers it as HTTP.
        var text = await wire.ReadTextToEndAsync();
        Assert.StartsWith("HTTP/1.1 101 ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("HTTP/1.1", text[8..], StringComparison.Ordinal);
        Assert.DoesNotContain("\"kty\"", text, StringComparison.Ordinal);
    }

    /// <summary>Connections to the services are shared: what one client left in them another would get.</summary>
    private async Task OthersAreServedAsync() => await Parallel.ForEachAsync(
        Enumerable.Range(0, 60),
        new ParallelOptions { MaxDegreeOfParallelism = 6, CancellationToken = TestContext.Current.CancellationToken },
        async (i, _) =>
        {
            if (i % 2 == 0)
            {
                var pool = await platform.Anonymous.GetJsonAsync("/api/v2/pool");
                Assert.Equal(HttpStatusCode.OK, pool.Status);
                Assert.NotNull(pool["total_capital_usd"]);
            }
            else
            {
                var quote = await platform.Anonymous.PostJsonAsync(Path, Api.Quote("depeg", "Ethereum", "USDC", 100m + i));
                Assert.Equal(HttpStatusCode.OK, quote.Status);
                Assert.Equal(100m + i, (decimal)quote["breakdown"]["coverage_amount"]!);
            }
        });
}
