using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sure.LocalHost;
using Sure.TestServers;

namespace Sure.DeploymentTests;

/// <summary>
/// What <c>deploy/prometheus</c> and <c>deploy/grafana</c> say, by themselves; that the platform has the metrics they ask for is tested
/// where it runs.
/// </summary>
public sealed partial class PrometheusTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private static readonly string Folder = Path.Combine(Repository.Root, "deploy", "prometheus");

    private static IReadOnlyList<string> Alerts => [.. AlertName().Matches(Repository.Read("deploy", "prometheus", "alerts.yml")).Select(m => m.Groups["name"].Value)];

    public static TheoryData<string> Dashboards =>
        [.. Directory.GetFiles(Path.Combine(Repository.Root, "deploy", "grafana"), "*.json").Select(f => Path.GetFileName(f))];

    [Theory]
    [InlineData("check", "config", "prometheus.yml")]
    [InlineData("check", "rules", "recording.yml", "alerts.yml")]
    [InlineData("test", "rules", "alerts.test.yml")]
    public async Task Promtool_finds_nothing_wrong(params string[] arguments)
    {
        const string promtool = "/usr/bin/promtool";
        Assert.True(File.Exists(promtool), "promtool is not installed: apt-get install -y --no-install-recommends prometheus");

        var run = await Tool.RunAsync(new ProcessStartInfo(promtool, arguments) { WorkingDirectory = Folder }, Limit, TestContext.Current.CancellationToken);

        Assert.True(run.ExitCode == 0, run.ToString());
    }

    [Fact]
    public void Every_alert_is_raised_in_a_test()
    {
        var raised = RaisedAlert().Matches(Repository.Read("deploy", "prometheus", "alerts.test.yml")).Select(m => m.Groups["name"].Value).Distinct();

        Assert.NotEmpty(Alerts);
        Assert.Equal(Alerts.Order(), raised.Order());
    }

    [Fact]
    public void Every_alert_has_an_entry_in_the_runbook_and_every_entry_its_alert()
    {
        var section = Repository.Read("docs", "operations.md").Split("\n## ").Single(s => s.StartsWith("Alerts\n", StringComparison.Ordinal));
        var entries = Heading().Matches(section).Select(m => m.Groups["name"].Value);

        Assert.Equal(Alerts, entries);
    }

    /// <summary>
    /// What the manual lists is on a dashboard or in a rule, under the name that Prometheus sees; what is there for looking up alone says so
    /// in its row. A row ending in <c>*</c> stands for every metric of ours that begins so.
    /// </summary>
    [Fact]
    public void Every_metric_of_the_manual_is_watched()
    {
        var table = Repository.Read("docs", "operations.md").Split("| metric | by | |\n|---|---|---|\n")[1].Split("\n\n")[0];
        var source = string.Concat(PlatformGraph.Services.Select(s => Repository.SourceOf(s.Project!)));
        var ours = OurName().Matches(source).Select(m => m.Groups["name"].Value).Distinct().ToList();
        var watched = string.Concat(
            Directory.GetFiles(Path.Combine(Repository.Root, "deploy", "grafana"), "*.json")
                .Append(Path.Combine(Folder, "recording.yml"))
                .Append(Path.Combine(Folder, "alerts.yml"))
                .Select(File.ReadAllText));
        var rows = table.Split('\n').Where(row => !row.Contains("for looking up only", StringComparison.Ordinal));
        var names = rows.SelectMany(row => MetricName().Matches(row.Split('|')[1]).Select(m => m.Groups["name"].Value)).ToList();

        Assert.Contains("sure.realtime.subscriptions", names.SelectMany(Each));
        Assert.All(names.SelectMany(Each), name => Assert.True(IsWatched(name), $"Neither a panel nor a rule has {name}."));

        // Of the runtime's own nobody watches all.
        IEnumerable<string> Each(string name) => name.StartsWith("sure.", StringComparison.Ordinal) && name.EndsWith('*')
            ? ours.Where(o => o.StartsWith(name[..^1], StringComparison.Ordinal))
            : [name];

        bool IsWatched(string name) => Regex.IsMatch(
            watched,
            $@"\b{name.TrimEnd('*').Replace('.', '_')}{(name.EndsWith('*') ? "" : "(_(seconds|bytes|percent|ratio))?(_(total|bucket|count|sum))?(?!\\w)")}",
            RegexOptions.None,
            TimeSpan.FromSeconds(5));
    }

    /// <summary>So many live sources the trigger needs, and of fewer operators are told.</summary>
    [Fact]
    public void Oracle_cover_that_cannot_pay_is_told_of_by_the_number_that_the_trigger_has()
    {
        var needed = OracleSources().Match(Repository.SourceOf("UtilizationService")).Groups["number"].Value;

        Assert.NotEmpty(needed);
        Assert.Contains($"(sure_price_sources) < {needed}\n", Repository.Read("deploy", "prometheus", "alerts.yml"), StringComparison.Ordinal);
        Assert.Contains($"(oracle cover needs {needed})", Repository.Read("deploy", "grafana", "sure-risk.json"), StringComparison.Ordinal);
    }

    /// <summary>A cluster names the job as it likes, and asks nothing of what is not there.</summary>
    [Fact]
    public void Every_service_is_missed_by_its_name()
    {
        var rules = Repository.Read("deploy", "prometheus", "alerts.yml");
        var services = PlatformGraph.Services.Select(s => s.Name).Order().ToList();

        Assert.Equal(services, Assert.Single(Down().Matches(rules)).Groups["names"].Value.Split('|').Order());
        Assert.Equal(services, Gone().Matches(rules).Select(m => m.Groups["name"].Value).Order());
    }

    [Theory]
    [MemberData(nameof(Dashboards))]
    public void A_dashboard_asks_the_source_that_is_chosen_and_its_panels_do_not_overlap(string file)
    {
        var dashboard = JsonNode.Parse(Repository.Read("deploy", "grafana", file))!;
        var panels = dashboard["panels"]!.AsArray();

        Assert.Equal(Path.GetFileNameWithoutExtension(file), (string?)dashboard["uid"]);
        Assert.Equal("datasource", (string?)dashboard["templating"]!["list"]![0]!["type"]);
        Assert.All(panels, p => Assert.All(p!["targets"]!.AsArray(), t => Assert.Equal("${datasource}", (string?)t!["datasource"]!["uid"])));
        var cells = panels.Select(p => p!["gridPos"]!).SelectMany(g =>
            from x in Enumerable.Range((int)g["x"]!, (int)g["w"]!)
            from y in Enumerable.Range((int)g["y"]!, (int)g["h"]!)
            select (x, y)).ToList();
        Assert.Equal(cells.Count, cells.Distinct().Count());
        Assert.All(cells, c => Assert.InRange(c.x, 0, 23));
    }

    [GeneratedRegex("""^ +- alert: (?<name>\w+)$""", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AlertName();

    [GeneratedRegex("""expr: up\{service=~"(?<names>[a-z|]+)"\} == 0$""", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Down();

    [GeneratedRegex("""absent\(up\{service="(?<name>[a-z]+)"\}\)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Gone();

    [GeneratedRegex("""alertname: (?<name>\w+)\n +exp_alerts:""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RaisedAlert();

    [GeneratedRegex("""^    public int OracleSources \{ get; set; \} = (?<number>\d+);$""", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OracleSources();

    [GeneratedRegex("`(?<name>[a-z_.]+[*]?)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MetricName();

    /// <summary>Of an instrument, wherever its name is given; a tag has no such name.</summary>
    [GeneratedRegex("\"(?<name>sure(\\.[a-z_]+){2,})\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OurName();

    [GeneratedRegex("""^### (?<name>\w+)$""", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Heading();
}
