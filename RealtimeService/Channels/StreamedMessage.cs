using System.Diagnostics;
using System.Text;
using Sure.Coordination.Telemetry;
using Sure.RealtimeService.Protocol;

namespace Sure.RealtimeService.Channels;

/// <summary>A message in its place, framed once for all who get it. Immutable.</summary>
internal sealed class StreamedMessage
{
    private readonly string _body;

    /// <param name="offset">Its place in the channel.</param>
    /// <param name="subject">What it is about; null when no snapshot shows it.</param>
    /// <param name="body">JSON object without <c>offset</c>.</param>
    /// <param name="appendedAt">When it was given its place.</param>
    /// <param name="trace">W3C trace context of the work it comes from; null or empty where nobody records it.</param>
    public StreamedMessage(long offset, string? subject, string body, DateTimeOffset appendedAt, string? trace = null)
    {
        Cause = Causes.Parse(trace);
        Offset = offset;
        Subject = subject;
        AppendedAt = appendedAt;
        _body = body;
        Live = Frame.Text(Encoding.UTF8.GetBytes($$"""{"offset":{{offset}},{{body.AsSpan(1)}}"""));
    }

    /// <summary>Its place in the channel.</summary>
    public long Offset { get; }

    /// <summary>What it is about; null when no snapshot shows it.</summary>
    public string? Subject { get; }

    /// <summary>When it was given its place.</summary>
    public DateTimeOffset AppendedAt { get; }

    /// <summary>The trace of the work it comes from; default where nobody records it.</summary>
    public ActivityContext Cause { get; }

    /// <summary>As it is sent live and to those who missed it.</summary>
    public Frame Live { get; }

    /// <summary>As it is sent to new subscribers.</summary>
    public Frame Snapshot => field ??= Frame.Text(Encoding.UTF8.GetBytes($$"""{"offset":{{Offset}},"snapshot":true,{{_body.AsSpan(1)}}"""));
}
