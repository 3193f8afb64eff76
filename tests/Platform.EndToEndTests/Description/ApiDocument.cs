using System.Text.Json.Nodes;
using Json.Schema;

namespace Sure.EndToEndTests.Description;

/// <summary>The description of the API, and answers held against it.</summary>
internal sealed class ApiDocument
{
    private const string Schemas = "https://sure.test/schemas";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Services that have a part in it.</summary>
    private static readonly string[] Parts =
        ["/health", "/api/v2/products", "/api/v2/pool", "/api/v2/bridge-health", "/api/v2/risk/snapshot"];

    private static readonly string[] ClientHeaders = ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Location", "Retry-After"];

    private static readonly EvaluationOptions Strict = new() { OutputFormat = OutputFormat.List };

    private readonly JsonObject _document;

    private ApiDocument(JsonObject document)
    {
        _document = document;
        var all = new JsonObject { ["$id"] = Schemas, ["$defs"] = Rebased(document["components"]!["schemas"]!) };
        SchemaRegistry.Global.Register(JsonSchema.FromText(all.ToJsonString()));
        Operations =
        [
            .. document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()
                .Select(o => new Operation(o.Key.ToUpperInvariant(), path.Key, o.Value!.AsObject()))),
        ];
    }

    public IReadOnlyList<Operation> Operations { get; }

    /// <summary>As it is served, once every service has said its part.</summary>
    public static Task<string> ReadTextAsync(RunningPlatform platform) => Eventually.HoldsAsync(
        () => platform.Anonymous.GetStringAsync(new Uri("/openapi/v2.json", UriKind.Relative), TestContext.Current.CancellationToken),
        text => JsonNode.Parse(text)!["paths"]!.AsObject() is { } paths && Parts.All(paths.ContainsKey),
        Patience,
        "every service has described its part of the API");

    public static async Task<ApiDocument> ReadAsync(RunningPlatform platform) => new(JsonNode.Parse(await ReadTextAsync(platform))!.AsObject());

    /// <summary>Members that the body of an operation may have.</summary>
    public IReadOnlySet<string> MembersOf(Operation operation) =>
        Resolve(operation.Body?["schema"])?["properties"]?.AsObject().Select(p => p.Key).ToHashSet(StringComparer.Ordinal) ?? [];

    /// <summary>What of an answer is not as it is described; null where all is.</summary>
    public string? Fault(Operation operation, int status, string? mediaType, string text)
    {
        if (Resolve(operation.Node["responses"]![$"{status}"]) is not { } described)
        {
            return $"{status} is not described";
        }

        if (described["content"] is null && text.Length == 0)
        {
            return null;
        }

        if (described["content"]?[mediaType ?? ""] is not JsonObject content)
        {
            return $"{status} with {mediaType ?? "no body"} is not described";
        }

        if (mediaType is not ("application/json" or "application/problem+json"))
        {
            return null;
        }

        return SchemaFault(content["schema"]!, text);
    }

    /// <summary>Which of the headers that mean something to a client was sent and is not described, or the other way round; null where none is.</summary>
    public string? HeaderFault(Operation operation, int status, IReadOnlySet<string> sent)
    {
        var described = Resolve(operation.Node["responses"]![$"{status}"])?["headers"]?.AsObject().Select(h => h.Key).ToHashSet(StringComparer.OrdinalIgnoreCase) ?? [];
        return ClientHeaders.FirstOrDefault(h => sent.Contains(h) != described.Contains(h)) is { } wrong
            ? $"{status} has {wrong} {(sent.Contains(wrong) ? "and does not describe it" : "in its description only")}"
            : null;
    }

    /// <summary>What of a JSON text is not as its schema says; null where all is.</summary>
    public static string? SchemaFault(JsonNode schema, string text)
    {
        var result = JsonSchema.FromText(Rebased(schema).ToJsonString()).Evaluate(JsonNode.Parse(text), Strict);
        return result.IsValid
            ? null
            : string.Join("; ", result.Details.Where(d => d.HasErrors).SelectMany(d => d.Errors!.Select(e => $"{d.InstanceLocation}: {e.Value}")).Take(5));
    }

    private JsonNode? Resolve(JsonNode? node) =>
        (string?)node?["$ref"] is { } reference ? reference.TrimStart('#', '/').Split('/').Aggregate((JsonNode?)_document, (n, part) => n?[part]) : node;

    private static JsonNode Rebased(JsonNode schema) =>
        JsonNode.Parse(schema.ToJsonString().Replace("\"#/components/schemas/", $"\"{Schemas}#/$defs/", StringComparison.Ordinal))!;
}

/// <summary>An operation as it is described.</summary>
/// <param name="Method">For example <c>GET</c>.</param>
/// <param name="Path">With its parameters in braces.</param>
/// <param name="Node">What is said of it.</param>
internal sealed record Operation(string Method, string Path, JsonObject Node)
{
    public string Id => (string)Node["operationId"]!;

    public IEnumerable<JsonObject> Parameters => Node["parameters"]?.AsArray().OfType<JsonObject>() ?? [];

    public IEnumerable<JsonObject> QueryParameters => Parameters.Where(p => (string?)p["in"] == "query");

    public JsonObject? Body => Node["requestBody"]?["content"]?["application/json"]?.AsObject();

    public bool IsPublic => Node["security"]!.AsArray().Any(s => s!.AsObject().Count == 0);

    /// <summary>What a key or token must allow, each of them.</summary>
    public IEnumerable<string> Scopes => Node["security"]!.AsArray().SelectMany(s => s!.AsObject().SelectMany(r => r.Value!.AsArray())).Select(s => (string)s!);

    public override string ToString() => $"{Method} {Path}";
}
