using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Sure.BridgeService.Adapters;

/// <summary>Reads what upstreams write: figures come as numbers or as strings, and now and then as null or not at all.</summary>
internal static class JsonReading
{
    /// <summary>Milliseconds taken for seconds would lie beyond it.</summary>
    private static readonly decimal MostSeconds = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    /// <summary>Reads a body; what is not JSON, or is only a part of it, is refused.</summary>
    public static Outcome<JsonElement> Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonElement.Parse(body.Span);
        }
        catch (JsonException exception)
        {
            return new Refusal(RefusalReason.Malformed, $"Not JSON: {exception.Message}");
        }
    }

    /// <summary>The member called <paramref name="name"/>; refused where there is none or it is null.</summary>
    public static Outcome<JsonElement> Member(JsonElement parent, string name)
    {
        if (parent.ValueKind != JsonValueKind.Object)
        {
            return new Refusal(RefusalReason.Malformed, $"{name} should be in an object, not in {parent.ValueKind}.");
        }

        return parent.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null
            ? member
            : new Refusal(RefusalReason.Missing, $"There is no {name}.");
    }

    /// <summary>A figure, written as number or string. What is not finite is no figure.</summary>
    public static Outcome<decimal> Decimal(JsonElement parent, string name)
    {
        if (!Member(parent, name).IsAccepted(out var member, out var refusal))
        {
            return refusal;
        }

        var isRead = member.ValueKind switch
        {
            JsonValueKind.Number => member.TryGetDecimal(out var number) ? (decimal?)number : null,
            JsonValueKind.String => decimal.TryParse(member.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null,
            _ => null,
        };
        return isRead is { } value ? value : NotAFigure(name, member);
    }

    /// <summary>A whole number of any size, written as number or string.</summary>
    public static Outcome<BigInteger> Integer(JsonElement parent, string name)
    {
        if (!Member(parent, name).IsAccepted(out var member, out var refusal))
        {
            return refusal;
        }

        var text = member.ValueKind switch
        {
            JsonValueKind.Number => member.GetRawText(),
            JsonValueKind.String => member.GetString(),
            _ => null,
        };
        return text is { Length: <= 80 } && BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : NotAFigure(name, member);
    }

    /// <summary>A time in Unix seconds; parts of a second are dropped.</summary>
    public static Outcome<DateTimeOffset> UnixTime(JsonElement parent, string name)
    {
        if (!Decimal(parent, name).IsAccepted(out var seconds, out var refusal))
        {
            return refusal;
        }

        return seconds > 0 && seconds <= MostSeconds
            ? DateTimeOffset.FromUnixTimeSeconds((long)seconds)
            : new Refusal(RefusalReason.Malformed, $"{name} is {seconds}, which is no time in Unix seconds.");
    }

    private static Refusal NotAFigure(string name, JsonElement member) =>
        new(RefusalReason.Malformed, $"{name} is {Shortened(member.GetRawText())}, which is no figure.");

    private static string Shortened(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
