using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace Sure.EndToEndTests.Description;

/// <summary>The description of the API as it is served, and the copy of it that the dashboard's types are made from.</summary>
public sealed class DocumentTests(RunningPlatform platform)
{
    private const string Kept = "Dashboard/openapi/v2.json";
    private const string Renew = $"dotnet run --project tests/Platform.ApiDocument -c Release -- {Kept}";

    internal static string Root { get; } = FindRoot();

    [Fact]
    public async Task The_copy_that_is_kept_is_what_the_platform_serves()
    {
        var served = await ApiDocument.ReadTextAsync(platform);

        var kept = await File.ReadAllTextAsync(Path.Combine(Root, Kept), TestContext.Current.CancellationToken);
        Assert.True(kept == served, $"{Kept} is not what the platform serves; renew it: {Renew}");
    }

    [Theory]
    [InlineData("NewKeyRequest/subject", """{"minLength":1,"maxLength":256}""")]
    [InlineData("NewKeyRequest/scopes", """{"minItems":1}""")]
    [InlineData("NewKeyRequest/scopes/items", """{"enum":["read","write","ingest","admin"]}""")]
    [InlineData("NewKeyRequest/sources", """{"maxItems":64}""")]
    [InlineData("NewKeyRequest/sources/items", """{"minLength":1,"maxLength":64}""")]
    [InlineData("NewKeyRequest/limit_scale", """{"minimum":0.001,"maximum":100000}""")]
    [InlineData("NewKeyRequest/label", """{"maxLength":256}""")]
    [InlineData("WebhookRequest/url", """{"minLength":1,"maxLength":256}""")]
    [InlineData("WebhookRequest/events", """{"minItems":1}""")]
    [InlineData("BacktestRequest/observations", """{"minItems":1}""")]
    [InlineData("BacktestRequest/min_sources", """{"minimum":1,"maximum":20}""")]
    [InlineData("BacktestTerms/trigger_price", """{"minimum":0.90,"maximum":0.99}""")]
    [InlineData("BacktestTerms/floor_price", """{"minimum":0.50,"maximum":0.98}""")]
    [InlineData("BacktestTerms/dwell_hours", """{"minimum":1,"maximum":24}""")]
    [InlineData("BacktestObservation/source", """{"minLength":1,"maxLength":256}""")]
    [InlineData("BacktestObservation/price", """{"exclusiveMinimum":0,"maximum":10}""")]
    [InlineData("BacktestObservation/nav", """{"exclusiveMinimum":0,"maximum":10}""")]
    [InlineData("BridgeBacktestRequest/observations", """{"minItems":1}""")]
    [InlineData("Shock/peg_ratios/additionalProperties", """{"exclusiveMinimum":0,"maximum":10}""")]
    [InlineData("Shock/chains/additionalProperties", """{"exclusiveMinimum":0,"maximum":1}""")]
    [InlineData("Shock/types/additionalProperties", """{"exclusiveMinimum":0,"maximum":1}""")]
    [InlineData("Shock/btc_move", """{"minimum":-1,"maximum":10}""")]
    public async Task What_bodies_are_held_to_is_described(string field, string bounds)
    {
        var schemas = JsonNode.Parse(await ApiDocument.ReadTextAsync(platform))!["components"]!["schemas"]!;

        var path = field.Split('/');
        var described = path[2..].Aggregate(schemas[path[0]]!["properties"]![path[1]]!, (schema, part) => schema[part]!);

        foreach (var (keyword, value) in JsonNode.Parse(bounds)!.AsObject())
        {
            Assert.True(JsonNode.DeepEquals(value, described[keyword]), $"{field} is held to {keyword} {value}, and described is {described.ToJsonString()}");
        }
    }

    /// <summary>Hashes are SHA-256 in lowercase hexadecimal; the first decision follows 64 zeros, and a floor lies below its trigger.</summary>
    [Fact]
    public async Task Examples_of_answers_are_such_as_are_answered()
    {
        var document = JsonNode.Parse(await ApiDocument.ReadTextAsync(platform))!;
        var examples = document["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject())
            .SelectMany(o => o.Value!["responses"]!.AsObject()).Select(r => r.Value?["content"]?["application/json"]?["example"]).OfType<JsonNode>().ToList();

        var objects = examples.SelectMany(Objects).ToList();
        foreach (var hash in objects.SelectMany(o => o).Where(m => m.Key is "hash" or "previous_hash" or "evidence_hash"))
        {
            Assert.Matches("^[0-9a-f]{64}$", (string?)hash.Value);
        }

        Assert.All(objects.Where(o => o.ContainsKey("previous_hash")), o => Assert.Equal((1, new string('0', 64)), ((int)o["number"]!, (string?)o["previous_hash"])));
        Assert.All(objects.Where(o => o.ContainsKey("floor_price")), o => Assert.True((decimal)o["floor_price"]! < (decimal)o["trigger_price"]!, o.ToJsonString()));
        Assert.All(
            objects.Where(o => o.ContainsKey("base_rate")),
            o => Assert.Equal((decimal)o["total_rate"]!, ((decimal)o["base_rate"]! * (decimal)o["chain_multiplier"]!) + (decimal)o["stablecoin_adjustment"]!));
        Assert.True(long.TryParse((string?)ExampleOf("/api/v2/claims/evidence-chain")["next_cursor"], CultureInfo.InvariantCulture, out _));
        Assert.Equal("gateway", (string?)ExampleOf("/health")["service"]);

        JsonNode ExampleOf(string path) => document["paths"]![path]!["get"]!["responses"]!["200"]!["content"]!["application/json"]!["example"]!;

        static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
        {
            JsonObject members => members.SelectMany(m => Objects(m.Value)).Prepend(members),
            JsonArray items => items.SelectMany(Objects),
            _ => [],
        };
    }

    /// <summary>A target is told with what was realised. A point of a curve is of no tranche as it stands, and nothing was realised there.</summary>
    [Fact]
    public async Task What_has_a_target_yield_has_the_realised_one_beside_it()
    {
        var document = JsonNode.Parse(await ApiDocument.ReadTextAsync(platform));

        var withTarget = Properties(document).Where(p => p.ContainsKey("apy")).ToList();

        Assert.NotEmpty(withTarget);
        Assert.Equal(["$.components.schemas.CurvePoint.properties"], withTarget.Where(p => !p.ContainsKey("realised_apy_30d")).Select(p => p.GetPath()));

        static IEnumerable<JsonObject> Properties(JsonNode? node) => node switch
        {
            JsonObject members => members.SelectMany(m => m.Key == "properties" && m.Value is JsonObject own ? Properties(own).Prepend(own) : Properties(m.Value)),
            JsonArray items => items.SelectMany(Properties),
            _ => [],
        };
    }

    [Fact]
    public async Task The_pages_need_no_other_host()
    {
        var page = await platform.Anonymous.GetAsync(new Uri("/docs/", UriKind.Relative), TestContext.Current.CancellationToken);
        var text = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.DoesNotContain("https://", text, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", text, StringComparison.Ordinal);
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'self'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
        var script = await platform.Anonymous.GetAsync(new Uri("/docs/scalar.js", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, script.StatusCode);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Platform.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run within the repository.");
        }

        return folder.FullName;
    }
}
