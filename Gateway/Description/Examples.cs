using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sure.Gateway.Description;

/// <summary>
/// Shows for every operation what its parameters, body and answer look like: what a service says itself, and otherwise something made of
/// the schema, which is as valid as the schema is true. Pure.
/// </summary>
internal static class Examples
{
    private const string Time = "1697564800.123";
    private const string Id = "01890a5d-ac96-774b-bcce-b302099a8057";
    private const string Hash = "8f2e7ac6ea8a786f67e9d488138bdf6bfaac0545bf00a1401ca7ba36d8829918";

    /// <summary>Deeper there is no more to see.</summary>
    private const int DeepestLevel = 24;

    /// <summary>What fields of these names look like.</summary>
    private static readonly Dictionary<string, string> ByName = new(StringComparer.Ordinal)
    {
        ["product_hash"] = $"\"0x{Hash}\"",
        ["hash"] = $"\"{Hash}\"",
        // What stands before the first decision.
        ["previous_hash"] = $"\"{new string('0', Hash.Length)}\"",
        ["evidence_hash"] = $"\"{Hash}\"",
        ["bridge_id"] = "\"wormhole_eth_ton\"",
        ["stablecoin"] = "\"USDC\"",
        ["chain"] = "\"Ethereum\"",
        ["tranche_id"] = "\"SURE_BTC\"",
        ["account"] = "\"alice\"",
        ["holder"] = "\"alice\"",
        ["source"] = "\"keeper\"",
        ["cursor"] = $"\"{Id}\"",
        ["next_cursor"] = $"\"{Id}\"",
        ["share_price"] = "\"1.002500000000000000\"",
        ["coverage_amount"] = "10000",
        ["duration_days"] = "90",
        ["premium"] = "19.73",
        ["base_rate"] = "0.008",
        ["chain_multiplier"] = "1.0",
        ["stablecoin_adjustment"] = "0.0",
        ["total_rate"] = "0.008",
        ["trigger_price"] = "0.97",
        ["floor_price"] = "0.90",
        ["dwell_hours"] = "4",
        ["limit"] = "50",
        ["from"] = "1697478400",
        ["to"] = "1697564800",
        ["Idempotency-Key"] = "\"order-17\"",
        ["id"] = $"\"{Id}\"",
    };

    /// <summary>Adds what is missing.</summary>
    public static void Complete(JsonObject document)
    {
        var schemas = document["components"]?["schemas"]?.AsObject() ?? [];
        foreach (var operation in document["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject()).Select(o => o.Value!.AsObject()))
        {
            foreach (var parameter in operation["parameters"]?.AsArray().OfType<JsonObject>() ?? [])
            {
                if (!parameter.ContainsKey("example"))
                {
                    parameter["example"] = Of(parameter["schema"], schemas, (string?)parameter["name"], 0);
                }
            }

            var answers = operation["responses"]!.AsObject().Where(r => r.Key.StartsWith('2')).Select(r => r.Value);
            foreach (var (type, content) in answers.Append(operation["requestBody"]).SelectMany(b => b?["content"]?.AsObject() ?? []))
            {
                if (type == "application/json" && content is JsonObject described && !described.ContainsKey("example"))
                {
                    described["example"] = Of(described["schema"], schemas, name: null, 0);
                }
            }
        }
    }

    private static JsonNode? Of(JsonNode? schema, JsonObject schemas, string? name, int level)
    {
        if (schema is not JsonObject described || level > DeepestLevel)
        {
            return null;
        }

        if ((string?)described["$ref"] is { } reference)
        {
            return Of(schemas[reference.Split('/')[^1]], schemas, name, level + 1);
        }

        if (described["oneOf"] is JsonArray variants)
        {
            return Of(variants.OfType<JsonObject>().FirstOrDefault(v => TypeOf(v) != "null"), schemas, name, level + 1);
        }

        if (described["examples"] is JsonArray { Count: > 0 } given)
        {
            return given[0]?.DeepClone();
        }

        if (described["enum"] is JsonArray { Count: > 0 } words)
        {
            return words[0]?.DeepClone();
        }

        var type = TypeOf(described);
        if (name is not null && type is not "array" and not "object" && ByName.TryGetValue(name, out var known) && JsonNode.Parse(known) is { } sample && Fits(sample, type, described))
        {
            return sample;
        }

        return type switch
        {
            "object" when described["properties"] is JsonObject properties => new JsonObject(
                properties.Select(p => KeyValuePair.Create(p.Key, Of(p.Value, schemas, p.Key, level + 1)))),
            "object" when described["additionalProperties"] is JsonObject values => new JsonObject { ["name"] = Of(values, schemas, name: null, level + 1) },
            "object" => new JsonObject(),
            "array" => new JsonArray(Of(described["items"], schemas, name, level + 1)),
            "integer" => JsonNode.Parse(Bounded(described, "1")),
            "number" => JsonNode.Parse((string?)described["format"] == "unix-seconds" ? Time : Bounded(described, "0.5")),
            "boolean" => false,
            "string" => (string?)described["format"] switch
            {
                "uuid" => Id,
                "date" => "2023-10-17",
                _ => described["pattern"] is null ? name ?? "text" : Id,
            },
            _ => new JsonObject(),
        };
    }

    private static string Bounded(JsonObject schema, string usual) => schema["minimum"]?.ToJsonString() ?? usual;

    private static bool Fits(JsonNode sample, string? type, JsonObject schema) => type switch
    {
        "string" => sample.GetValueKind() is JsonValueKind.String && (string?)schema["format"] is not "uuid",
        "number" or "integer" => sample.GetValueKind() is JsonValueKind.Number,
        _ => false,
    };

    private static string? TypeOf(JsonObject schema) => schema["type"] switch
    {
        JsonArray several => several.Select(t => (string?)t).FirstOrDefault(t => t != "null"),
        { } one => (string?)one,
        null => null,
    };
}
