using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sure.EndToEndTests.Description;

/// <summary>Bodies that are almost what an operation takes. The same seed makes the same.</summary>
internal sealed class Mutations(int seed)
{
    private static readonly string[] Odd =
    [
        "null", "true", "0", "-1", "1.5", "-0", "1e400", "1e-400", "1E+28", "79228162514264337593543950335", "99999999999999999999999999999999999999", "0.123456789012345678901234567890",
        "2147483648", "9223372036854775808", "NaN", "Infinity", "\"\"", "\"NaN\"", "\"\\u0000\"", "\"\\ud800\"", "\"'; DROP TABLE pool; --\"", "\"../../etc/passwd\"",
        "[]", "{}", "[null]", "[[[[]]]]", "{\"$ref\":\"#\"}", "\"01890a5d-ac96-774b-bcce-b302099a8057\"", "253402300800", "-62135596801", "\"1697564800\"",
    ];

    private readonly Random _random = new(seed);

    /// <summary>One of <paramref name="example"/>.</summary>
    public byte[] Of(JsonNode example)
    {
        var body = example.DeepClone();
        var text = _random.Next(10) switch
        {
            < 5 => Replace(body),
            5 => Remove(body),
            6 => Insert(body, $"\"{Word()}\":{Pick(Odd)},"),
            7 => Duplicate(body),
            8 => Deepen(body),
            _ => body.ToJsonString(),
        };
        return _random.Next(4) == 0 ? Damage(Encoding.UTF8.GetBytes(text)) : Encoding.UTF8.GetBytes(text);
    }

    private string Replace(JsonNode body)
    {
        var marker = $"@{_random.Next()}";
        var values = Leaves(body).ToList();
        if (values.Count == 0)
        {
            return Pick(Odd);
        }

        values[_random.Next(values.Count)].ReplaceWith(marker);
        return body.ToJsonString().Replace($"\"{marker}\"", _random.Next(12) == 0 ? $"\"{new string('x', 300)}\"" : Pick(Odd), StringComparison.Ordinal);
    }

    private string Remove(JsonNode body)
    {
        var members = Objects(body).SelectMany(o => o.Select(m => (o, m.Key))).ToList();
        if (members.Count > 0)
        {
            var (owner, key) = members[_random.Next(members.Count)];
            owner.Remove(key);
        }

        return body.ToJsonString();
    }

    private string Insert(JsonNode body, string member)
    {
        var text = body.ToJsonString();
        var starts = Enumerable.Range(0, text.Length - 1).Where(i => text[i] == '{' && text[i + 1] == '"').ToList();
        return starts.Count == 0 ? text : text.Insert(starts[_random.Next(starts.Count)] + 1, member);
    }

    private string Duplicate(JsonNode body)
    {
        var (key, value) = Objects(body).SelectMany(o => o).ElementAt(0);
        return Insert(body, $"\"{key}\":{value?.ToJsonString() ?? "null"},");
    }

    private string Deepen(JsonNode body)
    {
        var depth = _random.Next(10, 3000);
        return Insert(body, $"\"{Word()}\":{new string('[', depth)}{new string(']', depth)},");
    }

    /// <summary>Bytes that change, go, come, or are no UTF-8.</summary>
    private byte[] Damage(byte[] bytes)
    {
        var at = _random.Next(bytes.Length);
        return _random.Next(6) switch
        {
            0 => bytes[..at],
            1 => [.. bytes, .. "{}"u8],
            2 => [.. bytes[..at], 0xC3, 0x28, .. bytes[at..]],
            3 => [0xEF, 0xBB, 0xBF, .. bytes],
            4 => [.. bytes[..at], (byte)_random.Next(256), .. bytes[(at + 1)..]],
            _ => [.. bytes[..at], .. bytes[_random.Next(bytes.Length)..]],
        };
    }

    private string Word() => Pick(["colour", "__proto__", "constructor", "id", "holder", "status", "Coverage_Amount", "subject", "scopes", ""]);

    private string Pick(string[] some) => some[_random.Next(some.Length)];

    private static IEnumerable<JsonNode> Leaves(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(m => Leaves(m.Value)),
        JsonArray items => items.SelectMany(Leaves),
        { } leaf when leaf.GetValueKind() is not JsonValueKind.Null => [leaf],
        _ => [],
    };

    private static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(m => Objects(m.Value)).Prepend(members),
        JsonArray items => items.SelectMany(Objects),
        _ => [],
    };
}
