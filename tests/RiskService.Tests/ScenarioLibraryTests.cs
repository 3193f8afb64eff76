using System.Text.Json;
using System.Text.RegularExpressions;
using Sure.Contracts.Vocabulary;
using Sure.RiskService.Scenarios;

namespace Sure.RiskService.Tests;

/// <summary>The files of the library, and what its reader refuses.</summary>
public sealed class ScenarioLibraryTests
{
    private static readonly string Folder = Path.Combine(FindRoot(), "RiskService", "Scenarios");

    public static TheoryData<string> Files() =>
        [.. Directory.EnumerateFiles(Folder, "*.json").Select(f => Path.GetFileNameWithoutExtension(f)).Where(f => f != "scenario.schema")];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_file_keeps_the_rules_and_is_in_the_library(string name)
    {
        var scenario = ScenarioFile.Read(name, File.ReadAllText(Path.Combine(Folder, $"{name}.json")));

        Assert.Equal(scenario.Name, ScenarioLibrary.Read().Find(name)?.Name);
        Assert.Matches(new Regex("^[a-z0-9]+(-[a-z0-9]+)*$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)), scenario.Id);
    }

    /// <summary>Those that the domain asks for, §8.</summary>
    [Theory]
    [InlineData("svb-2023-03")]
    [InlineData("terra-2022-05")]
    [InlineData("black-thursday-2020-03")]
    [InlineData("multichain-2023-07")]
    [InlineData("bank-crisis")]
    [InlineData("crypto-crash")]
    [InlineData("regulatory-crackdown")]
    [InlineData("many-coins")]
    public void The_scenarios_of_the_domain_are_there(string id) => Assert.NotNull(ScenarioLibrary.Read().Find(id));

    [Fact]
    public void Crypto_crash_halves_btc() => Assert.Equal(-0.5m, ScenarioLibrary.Read().Find("crypto-crash")!.BtcMove);

    [Fact]
    public void Only_figures_with_a_source_claim_to_be_more_than_hypothetical()
    {
        foreach (var scenario in ScenarioLibrary.Read().All.Where(s => s.Sources is [ScenarioFile.Hypothetical]))
        {
            Assert.All(scenario.Confidence.Values, c => Assert.Equal(Confidence.Hypothetical, c));
        }
    }

    /// <summary>The schema is for people and editors; that it allows what the reader does is held here.</summary>
    [Fact]
    public void The_schema_knows_the_fields_and_words_of_the_reader()
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "scenario.schema.json")));
        var properties = schema.RootElement.GetProperty("properties");

        Assert.Equal(
            ["bridges", "btc_move", "chains", "confidence", "description", "id", "name", "peg_ratios", "sources", "types"],
            properties.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
        Assert.Equal(Words<Stablecoin>.All, Texts(properties.GetProperty("peg_ratios").GetProperty("propertyNames").GetProperty("enum")));
        Assert.Equal(Words<Chain>.All, Texts(properties.GetProperty("chains").GetProperty("propertyNames").GetProperty("enum")));
        Assert.Equal(Words<CoverageType>.All, Texts(properties.GetProperty("types").GetProperty("propertyNames").GetProperty("enum")));
        Assert.Equal(Bridge.All.Select(b => b.Id), Texts(properties.GetProperty("bridges").GetProperty("items").GetProperty("enum")));
        Assert.Equal(Words<Confidence>.All, Texts(properties.GetProperty("confidence").GetProperty("additionalProperties").GetProperty("enum")));
    }

    [Theory]
    [InlineData("""{"id":"other"}""", "id is other; it must be the name of the file.")]
    [InlineData("""{"sources":[]}""", "sources must name at least one source, or hypothetical.")]
    [InlineData("""{"btc_move":-1.5}""", "btc_move must be -1 … 10.")]
    [InlineData("""{"btc_move":0,"confidence":{}}""", "it states no figure, so it would do nothing.")]
    [InlineData("""{"confidence":{}}""", "confidence.btc_move is missing.")]
    [InlineData("""{"peg_ratios":{"USDC":0}}""", "peg_ratios.USDC must be above 0 and at most 10.")]
    [InlineData("""{"peg_ratios":{"UST":0.1}}""", "peg_ratios.UST must be one of USDC, USDT,")]
    [InlineData("""{"chains":{"Solana":1.2}}""", "chains.Solana must be above 0 and at most 1.")]
    [InlineData("""{"types":{"oracle":0}}""", "types.oracle must be above 0 and at most 1.")]
    [InlineData("""{"bridges":["ronin"]}""", "bridges must be among wormhole_eth_ton,")]
    [InlineData("""{"bridges":["celer_eth_ton","celer_eth_ton"]}""", "bridges must name each bridge once.")]
    [InlineData("""{"eth_move":-0.5}""", "eth_move is not a field")]
    [InlineData("""{"confidence":{"btc_move":"high"}}""", "a figure without a source has the confidence hypothetical.")]
    [InlineData("""{"confidence":{"btc_move":"hypothetical","peg_ratios.DAI":"hypothetical"}}""", "confidence.peg_ratios.DAI is about a figure that is not stated.")]
    public void The_reader_refuses_what_breaks_a_rule_and_says_what(string change, string sentence)
    {
        var fields = Fields("""
            {"id":"halves","name":"Halves","description":"BTC halves.","sources":["hypothetical"],"btc_move":-0.5,"confidence":{"btc_move":"hypothetical"}}
            """);
        foreach (var (name, value) in Fields(change))
        {
            fields[name] = value;
        }

        var refusal = Assert.Throws<FormatException>(() => ScenarioFile.Read("halves", JsonSerializer.Serialize(fields)));

        Assert.StartsWith("Scenario halves: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(sentence, refusal.Message, StringComparison.Ordinal);
    }

    private static Dictionary<string, JsonElement> Fields(string json) => JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!;

    private static IEnumerable<string> Texts(JsonElement array) => array.EnumerateArray().Select(e => e.GetString()!);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Platform.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests run outside the repository.");
    }
}
