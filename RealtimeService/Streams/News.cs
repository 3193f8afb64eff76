using System.Text.Json;
using Sure.Contracts.Vocabulary;
using Sure.RealtimeService.Channels;

namespace Sure.RealtimeService.Streams;

/// <summary>What an append tells all instances: the messages as they are in the streams, so that nobody has to ask for them.</summary>
/// <param name="Epoch">Of the history they were appended to.</param>
/// <param name="Messages">With their channels, in the order they were appended.</param>
internal sealed record News(string Epoch, IReadOnlyList<(Channel Channel, StreamedMessage Message)> Messages)
{
    /// <summary>As many are told at most; where more is appended at once the streams are read.</summary>
    public const int Limit = 100;

    /// <summary>Of a message: channel, offset, time in Unix milliseconds, whether it has a subject (0/1), subject, body, trace.</summary>
    private const int Fields = 7;

    /// <summary>Reads what was told, a JSON array of strings: the epoch, then each message's. Null where it says nothing but that there is news.</summary>
    public static News? Read(ReadOnlySpan<byte> told)
    {
        if (told.IsEmpty)
        {
            return null;
        }

        var fields = JsonSerializer.Deserialize<string[]>(told)!;
        return new News(fields[0], [.. Messages(fields)]);

        // A channel that is not known here is one of a newer version.
        static IEnumerable<(Channel, StreamedMessage)> Messages(string[] fields)
        {
            foreach (var message in fields.Skip(1).Chunk(Fields))
            {
                if (Words<Channel>.TryParse(message[0], out var channel))
                {
                    yield return (channel, MessageOf(message));
                }
            }
        }
    }

    private static StreamedMessage MessageOf(string[] fields) => new(
        long.Parse(fields[1]),
        fields[3] == "1" ? fields[4] : null,
        fields[5],
        DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(fields[2])),
        fields[6]);
}
