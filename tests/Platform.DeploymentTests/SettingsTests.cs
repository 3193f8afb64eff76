using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sure.LocalHost;

namespace Sure.DeploymentTests;

/// <summary><c>./run</c> and the ConfigMap hand every setting to every service, so that one name can have one meaning only.</summary>
public sealed partial class SettingsTests
{
    [Fact]
    public void No_setting_has_another_default_or_other_bounds_at_another_service()
    {
        var settings = PlatformGraph.Services.SelectMany(s => SettingsOf(s.Name, Repository.SourceOf(s.Project!))).ToList();

        // Found by a name as well as by a constant, and with its bounds.
        Assert.Contains(settings, s => s.Name == "Triggers:CexTrigger");
        Assert.Contains(settings, s => s.Name == "Backtests:MostPoints" && s.Declared.Contains("[Range(1, 5000)]", StringComparison.Ordinal));
        Assert.All(settings.GroupBy(s => s.Name), setting => Assert.True(
            setting.Select(s => s.Declared).Distinct().Count() == 1,
            $"{setting.Key} is not the same at {string.Join(" and ", setting.Select(s => s.Service))}."));
    }

    [Theory]
    [InlineData("Gateway")]
    [InlineData("Limits")]
    [InlineData("Keys")]
    public void Every_setting_of_the_gateway_is_in_the_manual_and_every_number_has_bounds(string section)
    {
        var settings = SettingsOf("gateway", Repository.SourceOf("Gateway")).Where(s => s.Name.StartsWith($"{section}:", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(settings);
        Assert.All(settings, setting =>
        {
            var variable = setting.Name.Replace(":", "__", StringComparison.Ordinal);
            Assert.True(KubernetesSettingsTests.IsDocumented(variable) || KubernetesSettingsTests.IsDocumented($"{variable}__0"), $"docs/operations.md does not say what {variable} is.");
            Assert.True(!Number().IsMatch(setting.Declared) || setting.Declared.Contains("[Range(", StringComparison.Ordinal), $"{variable} has no bounds.");
        });
    }

    [Theory]
    [InlineData("Gateway/Health/PlatformWatch.cs", "Platform:Data")]
    [InlineData("Gateway/Keys/DevelopmentKey.cs", "Platform:DevelopmentKeyFile")]
    public void What_is_read_by_its_name_alone_is_in_the_manual(string file, string setting)
    {
        Assert.Contains($"\"{setting}\"", Repository.Read(file), StringComparison.Ordinal);
        Assert.Contains($"| `{setting.Replace(":", "__", StringComparison.Ordinal)}` |", Repository.Read("docs", "operations.md"), StringComparison.Ordinal);
    }

    /// <summary>The description shows what <c>/health</c> answers; what it says of the book is a word of the manual.</summary>
    [Fact]
    public void The_example_of_health_says_of_the_book_what_can_be_set()
    {
        var row = Repository.Read("docs", "operations.md").Split('\n').Single(l => l.StartsWith("| `Platform__Data` |", StringComparison.Ordinal));
        var answers = JsonNode.Parse(Repository.Read("Dashboard", "openapi", "v2.json"))!["paths"]!["/health"]!["get"]!["responses"]!.AsObject();
        var words = answers.Select(a => (string?)a.Value!["content"]?["application/json"]?["example"]?["data"]).OfType<string>().ToList();

        Assert.NotEmpty(words);
        Assert.All(words, word => Assert.Contains($"`{word}`", row, StringComparison.Ordinal));
    }

    [Fact]
    public void The_help_of_run_names_settings_that_are_in_the_manual_and_where_the_others_are()
    {
        var usage = Repository.Read("LocalHost", "usage.txt").TrimEnd();

        Assert.EndsWith(": docs/operations.md", usage, StringComparison.Ordinal);
        var named = Variable().Matches(usage).Select(m => m.Value).ToList();
        Assert.Contains("Limits__Scale", named);
        Assert.All(named, variable => Assert.True(KubernetesSettingsTests.IsDocumented(variable), $"docs/operations.md does not say what {variable} is."));
    }

    /// <summary>Beside the program, and not where <c>./run</c> has it.</summary>
    [Fact]
    public void The_development_key_of_AppHost_is_where_README_says()
    {
        Assert.Contains("""AppHostDirectory, ".data", "dev-api-key")""", Repository.Read("AppHost", "apphost.cs"), StringComparison.Ordinal);
        Assert.Contains("`AppHost/.data/dev-api-key`", Repository.Read("README.md"), StringComparison.Ordinal);
    }

    /// <summary>The properties of all options that <paramref name="source"/> binds to a section, as they are declared.</summary>
    private static IEnumerable<(string Service, string Name, string Declared)> SettingsOf(string service, string source) =>
        from options in Bound().Matches(source)
        let section = options.Groups["section"] is { Success: true } name ? name.Value : SectionOf(options.Groups["constant"].Value, source)
        from property in Property().Matches(ClassOf(options.Groups["type"].Value, source))
        select (service, $"{section}:{property.Groups["name"].Value}", property.Value);

    private static string SectionOf(string type, string source) => Section().Match(ClassOf(type, source)).Groups["section"].Value;

    private static string ClassOf(string type, string source) =>
        Regex.Match(source, $@"^(public|internal) (sealed )?(partial )?(class|record) {type}\b[\s\S]*?^\}}", RegexOptions.Multiline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)).Value;

    [GeneratedRegex("""AddOptions<(?<type>\w+)>\(\)\s*\.Bind(Configuration|Strictly)\(("(?<section>[\w:]+)"|(?<constant>\w+)\.Section)""", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Bound();

    [GeneratedRegex(""" const string Section = "(?<section>[\w:]+)";""", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Section();

    [GeneratedRegex(""" public (int|long|double|decimal|TimeSpan)\?? """, RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Number();

    [GeneratedRegex("""\b[A-Z]\w*__\w+\b""", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Variable();

    [GeneratedRegex("""(^    \[.+\]\n)*^    public [^\n(=]+ (?<name>\w+) \{ get;.*$""", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Property();
}
