using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sure.Gateway.Description;

/// <summary>Makes the description of the whole API of those that the services make of their parts. Pure.</summary>
internal static class DocumentMerge
{
    private const string Version = "3.1.1";

    private const string Introduction =
        "Parametric stablecoin cover: quotes, policies, claims, one capital pool in six tranches, and the monitors that watch them. "
        + "Everything is JSON in snake_case. Amounts are numbers in USD with at most 2 decimals, tranche shares strings with 18, times Unix seconds with a fraction. "
        + "Whatever is refused is answered with problem details. What is live comes over the WebSocket `/ws`.";

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Merges the parts.</summary>
    /// <param name="parts">By service, in the order of their names.</param>
    /// <param name="version">Of the platform.</param>
    public static JsonObject Merge(IEnumerable<(string Service, JsonObject Document)> parts, string version)
    {
        var paths = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal);
        var components = new SortedDictionary<string, SortedDictionary<string, JsonNode?>>(StringComparer.Ordinal);
        foreach (var (service, part) in parts)
        {
            var document = Distinguish(service, part, components);
            foreach (var (path, item) in document["paths"]?.AsObject() ?? [])
            {
                paths.TryAdd(path, item?.DeepClone());
            }

            foreach (var (kind, group) in document["components"]?.AsObject() ?? [])
            {
                var merged = components.TryGetValue(kind, out var known) ? known : components[kind] = new(StringComparer.Ordinal);
                foreach (var (name, component) in group!.AsObject())
                {
                    merged.TryAdd(name, component?.DeepClone());
                }
            }
        }

        var whole = new JsonObject
        {
            ["openapi"] = Version,
            ["info"] = new JsonObject
            {
                ["title"] = "Sure",
                ["version"] = version,
                ["description"] = Introduction,
                ["license"] = new JsonObject { ["name"] = "Apache-2.0", ["identifier"] = "Apache-2.0" },
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["tags"] = new JsonArray([.. TagsOf(paths.Values).Select(t => new JsonObject { ["name"] = t })]),
            ["paths"] = new JsonObject(paths),
            ["components"] = new JsonObject(components.Select(c => KeyValuePair.Create(c.Key, (JsonNode?)new JsonObject(c.Value)))),
        };
        Examples.Complete(whole);
        return whole;
    }

    /// <summary>The document as it is served and kept: indented, for people and for comparing.</summary>
    public static string Write(JsonObject document) => document.ToJsonString(Readable) + "\n";

    /// <summary>Where two services mean different things by one name, the later one's bears the name of its service.</summary>
    private static JsonObject Distinguish(
        string service, JsonObject document, SortedDictionary<string, SortedDictionary<string, JsonNode?>> merged)
    {
        var distinct = document.DeepClone().AsObject();
        foreach (var (kind, group) in distinct["components"]?.AsObject() ?? [])
        {
            var components = group!.AsObject();
            foreach (var name in components
                .Where(c => merged.GetValueOrDefault(kind)?.TryGetValue(c.Key, out var known) is true && !JsonNode.DeepEquals(known, c.Value))
                .Select(c => c.Key)
                .ToList())
            {
                var component = components[name];
                components.Remove(name);
                components[$"{service}.{name}"] = component;
                Redirect(distinct, $"#/components/{kind}/{name}", $"#/components/{kind}/{service}.{name}");
            }
        }

        return distinct;
    }

    private static void Redirect(JsonNode? node, string from, string to)
    {
        switch (node)
        {
            case JsonObject members:
                if (members["$ref"] is JsonValue reference && reference.GetValueKind() is JsonValueKind.String && (string?)reference == from)
                {
                    members["$ref"] = to;
                }

                foreach (var (_, member) in members)
                {
                    Redirect(member, from, to);
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    Redirect(item, from, to);
                }

                break;
            default:
                break;
        }
    }

    private static IEnumerable<string> TagsOf(IEnumerable<JsonNode?> paths) => paths
        .SelectMany(p => p!.AsObject().Select(o => o.Value))
        .OfType<JsonObject>()
        .SelectMany(o => o["tags"]?.AsArray().Select(t => (string?)t) ?? [])
        .OfType<string>()
        .Distinct(StringComparer.Ordinal)
        .Order(StringComparer.Ordinal);
}
