using System.Text;

namespace Sure.Rfc6455;

/// <summary>What a client sends after it was welcomed, and what a server that keeps to RFC 6455 answers.</summary>
/// <param name="Section">Of RFC 6455.</param>
/// <param name="What">It is about.</param>
/// <param name="Sends">The bytes.</param>
/// <param name="Answers">The frames that must come, in order, as <see cref="ReceivedFrame.Describe"/> has them.</param>
internal sealed record ConformanceCase(string Section, string What, byte[] Sends, params string[] Answers)
{
    private const byte Text = 0x81;
    private const byte TextBegins = 0x01;
    private const byte Continues = 0x00;
    private const byte Ends = 0x80;
    private const byte Close = 0x88;
    private const byte Ping = 0x89;

    private static readonly byte[] Question = """{"action":"ping"}"""u8.ToArray();

    /// <summary>All of them. The limits are those of the defaults: 64 KiB per message.</summary>
    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        new("5.1", "a frame without a mask", [Text, 0x05, .. "Hello"u8], "close 1002"),
        new("5.2", "the first reserved bit without an extension", Frame(0xC1, "A"u8), "close 1002"),
        new("5.2", "the second reserved bit", Frame(0xA1, "A"u8), "close 1002"),
        new("5.2", "the third reserved bit", Frame(0x91, "A"u8), "close 1002"),
        new("5.2", "a reserved opcode", Frame(0x83, "A"u8), "close 1002"),
        new("5.2", "a reserved control opcode", Frame(0x8B, []), "close 1002"),
        new("5.2", "a length of 16 bits", Frame(Text, Padded(300)), "pong"),
        new("5.2", "a length of 64 bits", Frame(Text, Padded(65_536)), "pong"),
        new("5.2", "a length with its highest bit set", [Text, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 4], "close 1002"),
        new("5.2", "a message without payload", Frame(Text, []), "invalid_json"),
        new("5.4", "a message in three fragments", [.. Frame(TextBegins, Question.AsSpan(0, 5)), .. Frame(Continues, Question.AsSpan(5, 4)), .. Frame(Ends, Question.AsSpan(9))], "pong"),
        new("5.4", "fragments without payload", [.. Frame(TextBegins, []), .. Frame(Continues, Question), .. Frame(Continues, []), .. Frame(Ends, [])], "pong"),
        new("5.4", "a control frame between fragments", [.. Frame(TextBegins, Question.AsSpan(0, 5)), .. Frame(Ping, "between"u8), .. Frame(Ends, Question.AsSpan(5))], "pong frame between", "pong"),
        new("5.4", "a close between fragments", [.. Frame(TextBegins, Question.AsSpan(0, 5)), .. Frame(Close, Status(1000))], "close 1000"),
        new("5.4", "a continuation of nothing", Frame(Ends, Question), "close 1002"),
        new("5.4", "a continuation of a message that has ended", [.. Frame(Text, Question), .. Frame(Ends, Question)], "pong", "close 1002"),
        new("5.4", "another message between fragments", [.. Frame(TextBegins, Question.AsSpan(0, 5)), .. Frame(Text, Question)], "close 1002"),
        new("5.5", "a control frame of more than 125 bytes", Frame(Ping, new byte[126]), "close 1002"),
        new("5.5", "a control frame in fragments", Frame(0x09, []), "close 1002"),
        new("5.5.1", "a close with a status", Frame(Close, Status(1000)), "close 1000"),
        new("5.5.1", "a close with a status and a reason", Frame(Close, [.. Status(1001), .. "going away"u8]), "close 1001"),
        new("5.5.1", "a close without a status", Frame(Close, []), "close 1000"),
        new("5.5.1", "a close with half a status", Frame(Close, [0x03]), "close 1002"),
        new("5.5.1", "messages after a close", [.. Frame(Close, Status(1000)), .. Frame(Text, Question)], "close 1000"),
        new("5.5.2", "a ping", Frame(Ping, "payload"u8), "pong frame payload"),
        new("5.5.2", "a ping without payload", Frame(Ping, []), "pong frame "),
        new("5.5.2", "a ping of 125 bytes", Frame(Ping, Encoding.ASCII.GetBytes(new string('p', 125))), $"pong frame {new string('p', 125)}"),
        new("5.5.2", "pings one after the other", [.. Frame(Ping, "1"u8), .. Frame(Ping, "2"u8), .. Frame(Text, Question)], "pong frame 1", "pong frame 2", "pong"),
        new("5.5.3", "a pong that nobody asked for", [.. Frame(0x8A, "x"u8), .. Frame(Text, Question)], "pong"),
        new("5.6", "a binary message, which is allowed and not understood", [.. Frame(0x82, Question), .. Frame(Text, Question)], "binary_not_supported", "pong"),
        new("7.4.1", "a message that is too big", Frame(Text, Padded(65_537)), "close 1009"),
        new("7.4.1", "fragments that are too big together", [.. Frame(TextBegins, Padded(40_000)), .. Frame(Ends, Padded(40_000))], "close 1009"),
        new("7.4.1", "a status that must not be sent", Frame(Close, Status(1005)), "close 1002"),
        new("7.4.1", "another one", Frame(Close, Status(1006)), "close 1002"),
        new("7.4.2", "a status below all ranges", Frame(Close, Status(999)), "close 1002"),
        new("7.4.2", "a status above all ranges", Frame(Close, Status(5000)), "close 1002"),
        new("7.4.2", "a registered status", Frame(Close, Status(3000)), "close 3000"),
        new("7.4.2", "a private status", Frame(Close, Status(4999)), "close 4999"),
        new("8.1", "text that is not UTF-8", Frame(Text, [0xC3, 0x28]), "close 1007"),
        new("8.1", "text that is not UTF-8 in its last fragment", [.. Frame(TextBegins, Question), .. Frame(Ends, [0xFF])], "close 1007"),
        new("8.1", "a character over two fragments", [.. Frame(TextBegins, [0x22, 0xC3]), .. Frame(Ends, [0xA4, 0x22])], "invalid_message"),
        new("8.1", "a character without its end", Frame(Text, [0x22, 0xE2, 0x82]), "close 1007"),
        new("8.1", "a character that is longer than needed", Frame(Text, [0xC0, 0xAF]), "close 1007"),
        new("8.1", "half of a surrogate pair", Frame(Text, [0xED, 0xA0, 0x80]), "close 1007"),
        new("8.1", "a character above U+10FFFF", Frame(Text, [0xF4, 0x90, 0x80, 0x80]), "close 1007"),
    ];

    /// <summary>Goes through it; what it found wrong, or null.</summary>
    public async Task<string?> FindFaultAsync(Uri address)
    {
        using var socket = await RawSocket.ConnectAsync(address);
        await socket.SendAsync(Sends);
        var answers = new List<string>();
        while (answers.Count < Answers.Length)
        {
            var frame = await socket.ReadAsync();
            if (frame.Opcode == 9)
            {
                continue;
            }

            answers.Add(frame.Describe());
            if (frame.IsEnd)
            {
                break;
            }
        }

        if (answers.SequenceEqual(Answers, StringComparer.Ordinal))
        {
            if (!Answers[^1].StartsWith("close", StringComparison.Ordinal))
            {
                return null;
            }

            // A client that has nothing more to say answers the close; then the server is the one who ends the connection (7.1.1).
            try
            {
                await socket.SendAsync(Frame(Close, Status(1000)));
            }
            catch (IOException)
            {
                // It was the client who began.
            }

            answers.Add((await socket.ReadAsync()).Describe());
            return answers[^1] == "end" ? null : $"{this}: after the close came {answers[^1]}";
        }

        return $"{this}: {string.Join(", ", answers)} instead of {string.Join(", ", Answers)}";
    }

    /// <inheritdoc />
    public override string ToString() => $"RFC 6455, {Section}, {What}";

    private static byte[] Frame(byte first, ReadOnlySpan<byte> payload) => RawSocket.Frame(first, payload);

    private static byte[] Status(int status) => [(byte)(status >> 8), (byte)(status & 0xFF)];

    private static byte[] Padded(int length) => [.. Question, .. Encoding.ASCII.GetBytes(new string(' ', length - Question.Length))];
}
