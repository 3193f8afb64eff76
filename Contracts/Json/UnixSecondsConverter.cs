using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sure.Contracts.Json;

/// <summary>Times as Unix seconds with a fraction of up to six digits: <c>1697564800.123</c>. Exact to the microsecond, as PostgreSQL is.</summary>
public sealed class UnixSecondsConverter : JsonConverter<DateTimeOffset>
{
    private const decimal TicksPerSecond = TimeSpan.TicksPerSecond;

    private static readonly decimal Earliest = ToSeconds(DateTimeOffset.MinValue);

    private static readonly decimal Latest = ToSeconds(DateTimeOffset.MaxValue);

    /// <summary>Unix seconds of <paramref name="time"/>, cut to whole microseconds.</summary>
    public static decimal ToSeconds(DateTimeOffset time)
    {
        var ticks = time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        return (ticks - (ticks % TimeSpan.TicksPerMicrosecond)) / TicksPerSecond;
    }

    /// <summary>The time of <paramref name="seconds"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside the years 1 … 9999.</exception>
    public static DateTimeOffset FromSeconds(decimal seconds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(seconds, Earliest);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(seconds, Latest);
        return DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TicksPerSecond));
    }

    /// <inheritdoc />
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetDecimal(out var seconds))
        {
            throw new JsonException("must be a time in Unix seconds, for example 1697564800.123");
        }

        return seconds < Earliest || seconds > Latest
            ? throw new JsonException("must be a time in Unix seconds between the years 1 and 9999")
            : FromSeconds(seconds);
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteNumberValue(ToSeconds(value));
    }
}
