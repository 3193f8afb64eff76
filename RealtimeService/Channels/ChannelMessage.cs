namespace Sure.RealtimeService.Channels;

/// <summary>A message before it has its place in its channel.</summary>
/// <param name="Channel">Where it goes.</param>
/// <param name="Subject">
/// What it is about: the last message of each subject is the snapshot that new subscribers get. Null for what happens and is over, which
/// no snapshot shows.
/// </param>
/// <param name="Body">The message as a JSON object without <c>offset</c>.</param>
public sealed record ChannelMessage(Channel Channel, string? Subject, string Body)
{
    /// <summary>W3C trace context of the work it comes from; null where nobody records it.</summary>
    public string? Trace { get; init; }
}
