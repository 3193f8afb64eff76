using System.Text.Json.Serialization;
using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.Observations;

/// <summary>Body of <c>POST /api/v2/observations</c>.</summary>
/// <param name="Observations">1 … 1 000, judged in this order; null for an element that is null on the wire.</param>
public sealed record ObservationsRequest(IReadOnlyList<PostedObservation?> Observations);

/// <summary>What a keeper says a source saw.</summary>
/// <param name="Source">Who saw it; one of the names the key may speak for.</param>
/// <param name="Kind">What was seen.</param>
/// <param name="ObservedAt">When it was so; kept to the microsecond.</param>
/// <param name="Stablecoin">The coin of a price or net asset value.</param>
/// <param name="BridgeId">The bridge.</param>
/// <param name="Value">USD per coin, of a price or net asset value; above 0, at most 10.</param>
/// <param name="TvlUsd">Value locked by a bridge in USD, ≥ 0.</param>
/// <param name="Paused">Whether the contract of a bridge is paused.</param>
/// <param name="TransactionsTried">Transactions of a bridge tried since the source's observation before.</param>
/// <param name="TransactionsSucceeded">Those of them that succeeded.</param>
public sealed record PostedObservation(
    string Source,
    ObservationKind Kind,
    DateTimeOffset ObservedAt,
    Stablecoin? Stablecoin = null,
    string? BridgeId = null,
    decimal? Value = null,
    decimal? TvlUsd = null,
    bool? Paused = null,
    int? TransactionsTried = null,
    int? TransactionsSucceeded = null);

/// <summary>What can be observed.</summary>
public enum ObservationKind
{
    /// <summary>What a coin is traded at.</summary>
    [JsonStringEnumMemberName("price")]
    Price,

    /// <summary>What a yield-bearing coin can be redeemed for.</summary>
    [JsonStringEnumMemberName("nav")]
    Nav,

    /// <summary>A bridge.</summary>
    [JsonStringEnumMemberName("bridge")]
    Bridge,
}

/// <summary>What became of a batch.</summary>
/// <param name="Accepted">How many are kept now that were not before.</param>
/// <param name="Refused">How many are not kept.</param>
/// <param name="Results">Of each, in the order of the request.</param>
public sealed record ObservationsAnswer(int Accepted, int Refused, IReadOnlyList<ObservationResult> Results);

/// <summary>What became of one observation.</summary>
/// <param name="Index">Its place in the request, from 0.</param>
/// <param name="Status">What was done with it.</param>
/// <param name="Reason">Why it was refused, beginning with the field at fault; null for the others.</param>
public sealed record ObservationResult(int Index, ObservationStatus Status, string? Reason = null);

/// <summary>What can become of an observation.</summary>
public enum ObservationStatus
{
    /// <summary>It is kept.</summary>
    [JsonStringEnumMemberName("accepted")]
    Accepted,

    /// <summary>It was kept before, or stands earlier in the batch.</summary>
    [JsonStringEnumMemberName("duplicate")]
    Duplicate,

    /// <summary>It is not kept.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,
}
