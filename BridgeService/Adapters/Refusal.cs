using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Sure.BridgeService.Adapters;

/// <summary>Why there is no observation. The words are tags of metrics: they are never renamed.</summary>
internal enum RefusalReason
{
    /// <summary>No answer in time.</summary>
    [JsonStringEnumMemberName("timeout")]
    Timeout,

    /// <summary>No connection, or one that broke before the answer was whole.</summary>
    [JsonStringEnumMemberName("unreachable")]
    Unreachable,

    /// <summary>An HTTP status that is no success.</summary>
    [JsonStringEnumMemberName("status")]
    Status,

    /// <summary>The upstream sent elsewhere; that is never followed.</summary>
    [JsonStringEnumMemberName("redirected")]
    Redirected,

    /// <summary>The answer is longer than it may be.</summary>
    [JsonStringEnumMemberName("too_large")]
    TooLarge,

    /// <summary>The upstream asked for fewer requests.</summary>
    [JsonStringEnumMemberName("rate_limited")]
    RateLimited,

    /// <summary>Not asked, because the upstream wanted to be left alone until later.</summary>
    [JsonStringEnumMemberName("backing_off")]
    BackingOff,

    /// <summary>Not asked, because the upstream failed again and again.</summary>
    [JsonStringEnumMemberName("circuit_open")]
    CircuitOpen,

    /// <summary>The answer does not have the shape that was agreed.</summary>
    [JsonStringEnumMemberName("malformed")]
    Malformed,

    /// <summary>The answer does not have the figure, or has null for it.</summary>
    [JsonStringEnumMemberName("missing")]
    Missing,

    /// <summary>A figure that cannot be.</summary>
    [JsonStringEnumMemberName("out_of_range")]
    OutOfRange,

    /// <summary>The contract counts in other units than it was configured with.</summary>
    [JsonStringEnumMemberName("unit")]
    Unit,

    /// <summary>The source itself is not sure enough of the figure.</summary>
    [JsonStringEnumMemberName("uncertain")]
    Uncertain,

    /// <summary>The figure is older than its source may be.</summary>
    [JsonStringEnumMemberName("stale")]
    Stale,

    /// <summary>The figure is from the future.</summary>
    [JsonStringEnumMemberName("future")]
    Future,

    /// <summary>The figure is older than the one the source gave before.</summary>
    [JsonStringEnumMemberName("older")]
    Older,

    /// <summary>There is no contract at the address.</summary>
    [JsonStringEnumMemberName("no_contract")]
    NoContract,

    /// <summary>The node answered with an error.</summary>
    [JsonStringEnumMemberName("rpc_error")]
    RpcError,

    /// <summary>No majority of the endpoints says the same.</summary>
    [JsonStringEnumMemberName("disagreement")]
    Disagreement,

    /// <summary>The sequencer of the roll-up is down or has only just returned.</summary>
    [JsonStringEnumMemberName("sequencer_down")]
    SequencerDown,
}

/// <summary>What was refused, and why.</summary>
/// <param name="Reason">The reason, as metrics count it.</param>
/// <param name="Detail">What was found, for the log.</param>
internal sealed record Refusal(RefusalReason Reason, string Detail);

/// <summary>A value, or why there is none.</summary>
/// <typeparam name="T">Of the value.</typeparam>
internal readonly record struct Outcome<T>
    where T : notnull
{
    private readonly T? _value;

    private Outcome(T? value, Refusal? refusal)
    {
        _value = value;
        Refusal = refusal;
    }

    /// <summary>Why there is no value; null where there is one.</summary>
    public Refusal? Refusal { get; }

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">It was refused.</exception>
    public T Value => Refusal is null ? _value! : throw new InvalidOperationException(Refusal.Detail);

    /// <summary>Takes it apart; exactly one of the two is there.</summary>
    public bool IsAccepted([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out Refusal? refusal)
    {
        value = _value;
        refusal = Refusal;
        return refusal is null;
    }

    public static implicit operator Outcome<T>(T value)
    {
        return new(value, refusal: null);
    }

    public static implicit operator Outcome<T>(Refusal refusal)
    {
        return new(default, refusal);
    }
}
