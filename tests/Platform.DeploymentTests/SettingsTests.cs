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

    [GeneratedRegex("""(^    \[.+\]\n)*^    public [^\n(=]+ (?<name>\w+) \{ get;.*$""", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Property();
}
