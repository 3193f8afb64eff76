using System.Text.Json;
using Sure.Contracts.Vocabulary;
using Sure.RealtimeService.Channels;

namespace Sure.RealtimeService.Protocol;

/// <summary>What a client wants.</summary>
internal abstract record ClientRequest
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16 };

    /// <summary>Hear a channel.</summary>
    public sealed record Subscribe(Channel Channel, long? Since, string? Epoch) : ClientRequest;

    /// <summary>Not any more.</summary>
    public sealed record Unsubscribe(Channel Channel) : ClientRequest;

    /// <summary>Is anybody there.</summary>
    public sealed record Ping : ClientRequest;

    /// <summary>Says who it is.</summary>
    /// <param name="Token">A secret: it is not part of the text of this record.</param>
    public sealed record Authenticate(string Token) : ClientRequest
    {
        /// <inheritdoc />
        public override string ToString() => nameof(Authenticate);
    }

    /// <summary>A channel that does not exist.</summary>
    public sealed record WrongChannel(string Channel) : ClientRequest;

    /// <summary>Nothing the server understands.</summary>
    public sealed record Invalid(string Code, string Message) : ClientRequest;

    /// <summary>Reads a text message.</summary>
    public static ClientRequest Parse(ReadOnlyMemory<byte> text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Strict);
            return Read(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The second is half of a surrogate pair, "\ud800": JSON by its grammar, but no text.
            return new Invalid("invalid_json", "The message is not valid JSON.");
        }
    }

    private static ClientRequest Read(JsonElement message)
    {
        if (message.ValueKind != JsonValueKind.Object)
        {
            return new Invalid("invalid_message", "A message must be a JSON object with an action.");
        }

        return StringOf(message, "action") switch
        {
            "ping" => new Ping(),
            "subscribe" => ReadSubscribe(message),
            "unsubscribe" => ReadChannel(message, channel => new Unsubscribe(channel)),
            "authenticate" => StringOf(message, "token") is { Length: > 0 } token
                ? new Authenticate(token)
                : new Invalid("invalid_message", "token is missing; it must be an API key or a JWT."),
            null => new Invalid("invalid_message", "action is missing; it must be subscribe, unsubscribe, ping or authenticate."),
            _ => new Invalid("unknown_action", "action must be subscribe, unsubscribe, ping or authenticate."),
        };
    }

    private static ClientRequest ReadSubscribe(JsonElement message)
    {
        long? since = null;
        if (message.TryGetProperty("since", out var value) && value.ValueKind != JsonValueKind.Null)
        {
            if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var offset) || offset < 0)
            {
                return new Invalid("invalid_message", "since must be an offset: a whole number from 0.");
            }

            since = offset;
        }

        if (message.TryGetProperty("epoch", out var epoch) && epoch.ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
        {
            return new Invalid("invalid_message", "epoch must be the text that came with the offset.");
        }

        return ReadChannel(message, channel => new Subscribe(channel, since, StringOf(message, "epoch")));
    }

    private static ClientRequest ReadChannel(JsonElement message, Func<Channel, ClientRequest> request)
    {
        if (StringOf(message, "channel") is not { } name)
        {
            return new Invalid("invalid_message", $"channel is missing; it must be one of {string.Join(", ", Words<Channel>.All)}.");
        }

        return Words<Channel>.TryParse(name, out var channel) ? request(channel) : new WrongChannel(name.Length <= 256 ? name : name[..256]);
    }

    private static string? StringOf(JsonElement message, string name) =>
        message.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
