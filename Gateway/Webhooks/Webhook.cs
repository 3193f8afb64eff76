using System.Text.Json.Serialization;

namespace Sure.Gateway.Webhooks;

/// <summary>A subscriber.</summary>
/// <param name="WebhookId">A version 7 UUID.</param>
/// <param name="Url">Where it is told.</param>
/// <param name="Events">Of what.</param>
/// <param name="Secret">Signs what is sent.</param>
/// <param name="CreatedBy">Subject of who made it.</param>
/// <param name="CreatedAt">When.</param>
internal sealed record Webhook(Guid WebhookId, string Url, IReadOnlyList<WebhookEvent> Events, string Secret, string CreatedBy, DateTimeOffset CreatedAt);

/// <summary>What became of an attempt.</summary>
public enum AttemptOutcome
{
    /// <summary>The receiver answered 2xx.</summary>
    [JsonStringEnumMemberName("delivered")]
    Delivered,

    /// <summary>It answered something else.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,

    /// <summary>It answered that it is elsewhere; redirects are not followed.</summary>
    [JsonStringEnumMemberName("redirected")]
    Redirected,

    /// <summary>It did not answer in time.</summary>
    [JsonStringEnumMemberName("timeout")]
    Timeout,

    /// <summary>It could not be reached, or hung up.</summary>
    [JsonStringEnumMemberName("unreachable")]
    Unreachable,

    /// <summary>Its certificate is not good for it, or TLS failed otherwise.</summary>
    [JsonStringEnumMemberName("tls_failed")]
    TlsFailed,

    /// <summary>Its name leads to an address that webhooks may not reach; nothing was sent.</summary>
    [JsonStringEnumMemberName("forbidden_address")]
    ForbiddenAddress,
}

/// <summary>Life of a delivery.</summary>
public enum DeliveryStatus
{
    /// <summary>An attempt is due or under way.</summary>
    [JsonStringEnumMemberName("pending")]
    Pending,

    /// <summary>The receiver has it.</summary>
    [JsonStringEnumMemberName("delivered")]
    Delivered,

    /// <summary>No attempt succeeded in time.</summary>
    [JsonStringEnumMemberName("given_up")]
    GivenUp,
}

/// <summary>An attempt that is to be made now.</summary>
/// <param name="DeliveryId">Of what.</param>
/// <param name="WebhookId">To whom.</param>
/// <param name="EventId">Known to the receiver.</param>
/// <param name="Url">Where to.</param>
/// <param name="Secret">Signs it.</param>
/// <param name="Body">What is sent.</param>
/// <param name="Number">1 for the first attempt.</param>
/// <param name="CreatedAt">When the event was taken.</param>
internal sealed record Attempt(
    Guid DeliveryId, Guid WebhookId, Guid EventId, string Url, string Secret, string Body, int Number, DateTimeOffset CreatedAt);

/// <summary>A delivery as the log shows it.</summary>
/// <param name="DeliveryId">A version 7 UUID.</param>
/// <param name="EventId">The <c>id</c> that the receiver sees.</param>
/// <param name="Type">What happened.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Attempts">Attempts so far.</param>
/// <param name="LastOutcome">Of the last finished attempt; null before it.</param>
/// <param name="LastStatusCode">What the receiver answered; null where it did not.</param>
/// <param name="CreatedAt">When the event was taken.</param>
/// <param name="AttemptedAt">When the last attempt was finished; null before the first.</param>
/// <param name="NextAttemptAt">When the next attempt is due; null where there is none.</param>
internal sealed record DeliveryDocument(
    Guid DeliveryId,
    Guid EventId,
    string Type,
    DeliveryStatus Status,
    int Attempts,
    AttemptOutcome? LastOutcome,
    int? LastStatusCode,
    DateTimeOffset CreatedAt,
    DateTimeOffset? AttemptedAt,
    DateTimeOffset? NextAttemptAt);
