using System.Text;

namespace Sure.RealtimeService.Channels;

/// <summary>A message in its place, encoded once for all who get it. Immutable.</summary>
public sealed class StreamedMessage
{
    private readonly string _body;
    private ReadOnlyMemory<byte>? _snapshot;

    /// <param name="offset">Its place in the channel.</param>
    /// <param name="subject">What it is about; null when no snapshot shows it.</param>
    /// <param name="body">JSON object without <c>offset</c>.</param>
    public StreamedMessage(long offset, string? subject, string body)
    {
        ArgumentNullException.ThrowIfNull(body);
        Offset = offset;
        Subject = subject;
        _body = body;
        Live = Encoding.UTF8.GetBytes($$"""{"offset":{{offset}},{{body.AsSpan(1)}}""");
    }

    /// <summary>Its place in the channel.</summary>
    public long Offset { get; }

    /// <summary>What it is about; null when no snapshot shows it.</summary>
    public string? Subject { get; }

    /// <summary>As it is sent live and to those who missed it.</summary>
    public ReadOnlyMemory<byte> Live { get; }

    /// <summary>As it is sent to new subscribers.</summary>
    public ReadOnlyMemory<byte> Snapshot =>
        _snapshot ??= Encoding.UTF8.GetBytes($$"""{"offset":{{Offset}},"snapshot":true,{{_body.AsSpan(1)}}""");
}
