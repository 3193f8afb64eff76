using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sure.UtilizationService.Claims.Evidence;

/// <summary>
/// The one spelling of a JSON value (RFC 8785, JCS), so that everyone who hashes it hashes the same. Numbers are IEEE doubles there, which
/// cannot hold every decimal: what must be exact is written as a string before it comes here, and integers stay within ±2^53.
/// </summary>
public static class CanonicalJson
{
    /// <summary>From this power of ten on ECMAScript writes an exponent.</summary>
    private const int LargestPlain = 21;

    /// <summary>So many zeros after the point ECMAScript writes before it takes an exponent.</summary>
    private const int MostLeadingZeros = 6;

    /// <summary>The canonical text of <paramref name="value"/>.</summary>
    /// <exception cref="ArgumentException">A number is too large for a double, or a property occurs twice.</exception>
    public static string Write(JsonNode? value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    /// <summary>The canonical text of <paramref name="value"/> with one member more, the value of which is canonical text already.</summary>
    /// <exception cref="ArgumentException">A number is too large for a double, or a property occurs twice.</exception>
    public static string Write(JsonObject value, string name, string canonical)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(canonical);
        var text = new StringBuilder(canonical.Length);
        AppendObject(text, value.Select(m => m.Key).Append(name), member =>
        {
            if (member == name)
            {
                text.Append(canonical);
            }
            else
            {
                Append(text, value[member]);
            }
        });
        return text.ToString();
    }

    private static void Append(StringBuilder text, JsonNode? value)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case JsonObject members:
                AppendObject(text, members.Select(m => m.Key), member => Append(text, members[member]));
                break;
            case JsonArray items:
                text.Append('[');
                AppendAll(text, items, item => Append(text, item));
                text.Append(']');
                break;
            default:
                AppendScalar(text, value);
                break;
        }
    }

    private static void AppendObject(StringBuilder text, IEnumerable<string> members, Action<string> appendValue)
    {
        text.Append('{');
        // Ordinal comparison is by UTF-16 code units, as section 3.2.3 asks.
        AppendAll(text, members.Order(StringComparer.Ordinal), member =>
        {
            AppendString(text, member);
            text.Append(':');
            appendValue(member);
        });
        text.Append('}');
    }

    private static void AppendAll<T>(StringBuilder text, IEnumerable<T> parts, Action<T> append)
    {
        var first = true;
        foreach (var part in parts)
        {
            if (!first)
            {
                text.Append(',');
            }

            first = false;
            append(part);
        }
    }

    private static void AppendScalar(StringBuilder text, JsonNode value)
    {
        switch (value.GetValueKind())
        {
            case JsonValueKind.String:
                // By way of its JSON, because the value may be of any type that is written as a string.
                AppendString(text, JsonSerializer.Deserialize<string>(value.ToJsonString())!);
                break;
            case JsonValueKind.Number:
                AppendNumber(text, double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture));
                break;
            default:
                text.Append(value.ToJsonString());
                break;
        }
    }

    /// <summary>Section 3.2.2.2: only what JSON does not allow to stand is escaped, in the shortest way.</summary>
    private static void AppendString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\t' => text.Append("\\t"),
                '\n' => text.Append("\\n"),
                '\f' => text.Append("\\f"),
                '\r' => text.Append("\\r"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }

        text.Append('"');
    }

    /// <summary>Section 3.2.2.3: as ECMAScript's Number::toString writes it, n and k named as there.</summary>
    private static void AppendNumber(StringBuilder text, double value)
    {
        if (!double.IsFinite(value))
        {
            throw new ArgumentException("A number is too large for JSON that others can read.", nameof(value));
        }

        if (value == 0)
        {
            // Of either sign.
            text.Append('0');
            return;
        }

        if (value < 0)
        {
            text.Append('-');
        }

        // The shortest digits that read back as the same value, as 1.234E+005 without its leading zeros.
        var (digits, n) = Shortest(Math.Abs(value));
        var k = digits.Length;
        if (k <= n && n <= LargestPlain)
        {
            text.Append(digits).Append('0', n - k);
        }
        else if (n is > 0 and <= LargestPlain)
        {
            text.Append(digits.AsSpan(0, n)).Append('.').Append(digits.AsSpan(n));
        }
        else if (n is > -MostLeadingZeros and <= 0)
        {
            text.Append("0.").Append('0', -n).Append(digits);
        }
        else
        {
            text.Append(digits[0]);
            if (k > 1)
            {
                text.Append('.').Append(digits.AsSpan(1));
            }

            text.Append(CultureInfo.InvariantCulture, $"e{(n > 0 ? "+" : "-")}{Math.Abs(n - 1)}");
        }
    }

    /// <summary>The significant digits of a positive value and the power of ten n by which it is 0.digits × 10^n.</summary>
    private static (string Digits, int N) Shortest(double value)
    {
        var written = value.ToString("R", CultureInfo.InvariantCulture);
        var (mantissa, exponent) = written.Split('E') is [var m, var e] ? (m, int.Parse(e, CultureInfo.InvariantCulture)) : (written, 0);
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? mantissa.Length : point;
        var all = mantissa.Replace(".", "", StringComparison.Ordinal);
        var significant = all.TrimStart('0');
        return (significant.TrimEnd('0'), whole - (all.Length - significant.Length) + exponent);
    }
}
