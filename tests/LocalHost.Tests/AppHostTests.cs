using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Sure.LocalHost.Tests;

/// <summary>
/// <c>AppHost/apphost.cs</c>, which is compiled where Aspire's packages are, describes the same graph as <see cref="PlatformGraph"/>. It is
/// read as text: a resource is a call of <c>Add…("name")</c>, a reference one of <c>.WithReference(variable)</c> in a statement that begins
/// with the variable of the resource.
/// </summary>
public sealed class AppHostTests
{
    private static readonly Regex Comment = Pattern(@"^\s*//.*\n");
    private static readonly Regex Declaration = Pattern(
        """var (?<variable>\w+) = (?<parent>\w+)\.Add(?<kind>Postgres|Database|Redis|RabbitMQ|Project)(<Projects\.(?<project>\w+)>)?\("(?<name>[^"]+)""");
    private static readonly Regex Begin = Pattern(@"\A\s*(var )?(?<variable>\w+)");
    private static readonly Regex Reference = Pattern(@"\.WithReference\((?<found>\w+)\)");
    private static readonly Regex Wait = Pattern(@"\.WaitFor\((?<found>\w+)\)");
    private static readonly Regex ProjectDirective = Pattern("^#:project (?<found>.+)$");
    private static readonly Regex Called = Pattern(@"^    \((?<service>\w+), \[(?<callers>\w+(, \w+)*)\]\)[,)]");
    private static readonly Regex RolesOfScript = Pattern("for service in (?<found>[a-z ]+);");
    private static readonly Regex RolePassword = Pattern("""\.WithEnvironment\("(?<found>[A-Z]+_PASSWORD)",""");

    private static readonly string Root = RepositoryRoot.Find(AppContext.BaseDirectory);
    private static readonly string Source = Comment.Replace(File.ReadAllText(Path.Combine(Root, "AppHost", "apphost.cs")), "");
    private static readonly IReadOnlyList<Declared> Resources = Read();

    /// <summary>What is awaited before a service starts; gateway and services would otherwise wait for each other for ever.</summary>
    private static readonly ResourceKind[] Servers = [ResourceKind.Database, ResourceKind.Redis, ResourceKind.RabbitMq];

    [Fact]
    public void It_has_the_resources_of_the_graph_and_no_others()
    {
        Assert.Equal(
            PlatformGraph.Resources.Select(r => (r.Name, r.Kind, r.Project)).Order(),
            Resources.Select(r => (r.Name, r.Kind, r.Project)).Order());
    }

    [Fact]
    public void Every_resource_refers_to_what_it_refers_to_in_the_graph()
    {
        foreach (var resource in PlatformGraph.Resources)
        {
            Assert.Equal(resource.References.Order(StringComparer.Ordinal), Find(resource.Name).References.Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void Every_service_waits_for_the_servers_it_refers_to_and_no_two_resources_for_each_other()
    {
        foreach (var service in PlatformGraph.Services)
        {
            var declared = Find(service.Name);
            Assert.Subset(service.References.ToHashSet(), declared.Awaited.ToHashSet());
            Assert.Subset(declared.Awaited.ToHashSet(), service.References.Where(r => Servers.Contains(PlatformGraph.Find(r).Kind)).ToHashSet());
        }

        Assert.All(Resources, r => Assert.DoesNotContain(r.Name, Reached(r)));
    }

    [Fact]
    public void Every_project_it_starts_is_one_it_names_and_there_is()
    {
        var named = ProjectDirective.Matches(Source).Select(m => m.Groups["found"].Value).ToList();

        Assert.Equal(PlatformGraph.Services.Select(s => $"../{s.Project}/{s.Project}.csproj").Order(), named.Order());
        Assert.All(named, p => Assert.True(File.Exists(Path.Combine(Root, "AppHost", p)), p));
    }

    [Fact]
    public void Every_service_with_a_database_enters_it_by_a_role_of_its_own_that_the_script_makes()
    {
        var services = PlatformGraph.Services.Where(s => s.References.Contains(PlatformGraph.Platform)).Select(s => s.Name).Order().ToList();
        var script = File.ReadAllText(Path.Combine(Root, "AppHost", "postgres", "roles.sh"));

        Assert.Equal(services, RolesOfScript.Match(script).Groups["found"].Value.Split(' ').Order());
        Assert.Equal(services.Select(s => $"{s.ToUpperInvariant()}_PASSWORD"), RolePassword.Matches(Find(PlatformGraph.Postgres).Text).Select(m => m.Groups["found"].Value).Order());
        foreach (var service in services)
        {
            Assert.Contains($".As(\"{service}\",", Find(service).Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_service_is_given_the_keys_of_those_that_refer_to_it_and_of_nobody_else()
    {
        var names = Declaration.Matches(Source).ToDictionary(m => m.Groups["variable"].Value, m => m.Groups["name"].Value);
        var callers = Called.Matches(Source).ToDictionary(
            m => names[m.Groups["service"].Value], m => m.Groups["callers"].Value.Split(", ").Select(c => names[c]).ToList());

        Assert.Equal(PlatformGraph.Services.Select(s => s.Name).Order(), callers.Keys.Order());
        Assert.All(callers, c => Assert.Equal(PlatformGraph.CallersOf(c.Key).Order(), c.Value.Order()));
        // And of those it is given what they sign with, in one place.
        Assert.Contains(
            "foreach (var caller in callers)\n            {\n                service.WithEnvironment($\"Identity__Peers__{caller.Resource.Name}\", known[caller].Public);",
            Source,
            StringComparison.Ordinal);
        Assert.Equal(2, Source.Split("Identity__Peers__").Length);
    }

    /// <summary>
    /// A reference tells of the server's administrator (PLATFORM_USERNAME, PLATFORM_PASSWORD, PLATFORM_URI), and a published chart has a value
    /// for a password only where it stands alone in a variable of the service.
    /// </summary>
    [Fact]
    public void A_service_is_told_of_its_own_role_and_nothing_of_the_administrator()
    {
        var role = Source.Split("ResourceBuilder<ProjectResource> As(")[1].Split("\n    }\n")[0];

        Assert.Contains(".WithEnvironment(\"PLATFORM_USERNAME\", role)", role, StringComparison.Ordinal);
        Assert.Contains(".WithEnvironment(\"PLATFORM_PASSWORD\", password)", role, StringComparison.Ordinal);
        Assert.Contains(".WithEnvironment(context => context.EnvironmentVariables.Remove(\"PLATFORM_URI\"))", role, StringComparison.Ordinal);
        foreach (var service in PlatformGraph.Services.Where(s => s.References.Contains(PlatformGraph.Platform)))
        {
            // What comes later counts.
            Assert.Contains($".WithReference(platform).As(\"{service.Name}\",", Find(service.Name).Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_gateway_serves_the_dashboard_that_it_builds_from_where_it_is_put()
    {
        Assert.Contains("builder.AddViteApp(\"dashboard\", \"../Dashboard\")", Source, StringComparison.Ordinal);
        Assert.Contains("gateway.PublishWithContainerFiles(dashboard, PlatformResources.Pages)", Source, StringComparison.Ordinal);
        Assert.Contains(".WithEnvironment(\"Gateway__PagesPath\", Pages)", Source, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Root, "Dashboard", "package.json")));
    }

    [Fact]
    public void Published_the_gateway_is_given_the_key_that_makes_the_first() => Assert.Contains(
        """.WithEnvironment("Keys__First", gateway.ApplicationBuilder.AddParameter("gateway-first-key", secret: true))""", Source, StringComparison.Ordinal);

    [Fact]
    public void Published_the_gateway_believes_what_the_ingress_says_of_its_clients() => Assert.Contains(
        """.WithEnvironment("Gateway__TrustedProxies__0", gateway.ApplicationBuilder.AddParameter("gateway-trusted-proxies", """, Source, StringComparison.Ordinal);

    /// <summary>By the framework's own middleware, which Aspire turns on, everybody would be believed.</summary>
    [Fact]
    public void Nobody_else_is_believed_about_where_a_client_comes_from() => Assert.Contains("service.DisableForwardedHeaders();", Source, StringComparison.Ordinal);

    /// <summary>Published, files of this machine are a bind mount, with which the publisher of Kubernetes ends.</summary>
    [Fact]
    public void Published_the_roles_come_by_a_ConfigMap_and_no_files_of_this_machine() => Assert.Contains(
        "if (!postgres.ApplicationBuilder.ExecutionContext.IsPublishMode)\n        {\n            return postgres.WithInitFiles(script);\n        }", Source, StringComparison.Ordinal);

    [Fact]
    public void Published_PostgreSQL_begins_its_data_in_a_folder_of_its_volume()
    {
        Assert.Contains("if (builder.ExecutionContext.IsPublishMode)\n{\n    postgres.WithEnvironment(\"PGDATA\", \"/var/lib/postgresql/data/pgdata\");\n}", Source, StringComparison.Ordinal);
    }

    /// <summary>By either way it is the same process, which needs as much memory and as long to stop.</summary>
    [Fact]
    public void Published_a_service_has_the_memory_and_the_time_to_stop_that_it_has_in_the_manifests()
    {
        foreach (var service in PlatformGraph.Services.Select(s => s.Name))
        {
            var manifest = File.ReadAllText(Path.Combine(Root, "deploy", "kubernetes", "base", $"{service}.yaml"));
            Assert.Equal(Of(Pattern(@"^ +terminationGracePeriodSeconds: (?<found>\d+)$"), manifest), Of(Pattern(@"\.TerminationGracePeriodSeconds = (?<found>\d+);"), Source));
            Assert.Equal(Of(Pattern(@"preStop:\n +sleep: { seconds: (?<found>\d+) }"), manifest), Of(Pattern(@"new SleepActionV1 { Seconds = (?<found>\d+) }"), Source));
            var memory = Pattern($"""^        "{service}" => "(?<found>\w+)",$""");
            Assert.Equal(
                Of(Pattern(@"limits: { memory: (?<found>\w+) }"), manifest),
                Of(memory.IsMatch(Source) ? memory : Pattern("""^        _ => "(?<found>\w+)",$"""), Source));
        }

        static string Of(Regex value, string text) => Assert.Single(value.Matches(text)).Groups["found"].Value;
    }

    private static Declared Find(string name) => Assert.Single(Resources, r => r.Name == name);

    /// <summary>What <paramref name="resource"/> waits for, and what that waits for, and so on.</summary>
    private static HashSet<string> Reached(Declared resource)
    {
        var reached = new HashSet<string>();
        var next = new Queue<string>(resource.Awaited);
        while (next.TryDequeue(out var name))
        {
            if (reached.Add(name))
            {
                Find(name).Awaited.ToList().ForEach(next.Enqueue);
            }
        }

        return reached;
    }

    private static List<Declared> Read()
    {
        var names = Declaration.Matches(Source).ToDictionary(m => m.Groups["variable"].Value, m => m);
        // Statements, not what is within the lambdas of one.
        var statements = Source[..Source.IndexOf("builder.Build()", StringComparison.Ordinal)].Split(";\n");
        return
        [
            .. from name in names
               let declaration = name.Value
               let text = string.Concat(statements.Where(s => Begin.Match(s).Groups["variable"].Value == name.Key))
               let parent = declaration.Groups["parent"].Value
               select new Declared(
                   declaration.Groups["name"].Value,
                   KindOf(declaration.Groups["kind"].Value),
                   declaration.Groups["project"].Value is { Length: > 0 } project ? project : null,
                   [.. Arguments(Reference, text), .. parent == "builder" ? [] : new[] { NameOf(parent) }],
                   [.. Arguments(Wait, text)],
                   text),
        ];

        IEnumerable<string> Arguments(Regex call, string text) => call.Matches(text).Select(m => NameOf(m.Groups["found"].Value));

        string NameOf(string variable) =>
            names.TryGetValue(variable, out var declaration) ? declaration.Groups["name"].Value : $"{variable}, which is no resource";
    }

    private static Regex Pattern(string text) => new(text, RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking);

    private static ResourceKind KindOf(string call) => call switch
    {
        "Postgres" => ResourceKind.Postgres,
        "Database" => ResourceKind.Database,
        "Redis" => ResourceKind.Redis,
        "RabbitMQ" => ResourceKind.RabbitMq,
        "Project" => ResourceKind.Service,
        _ => throw new SwitchExpressionException(call),
    };

    private sealed record Declared(
        string Name, ResourceKind Kind, string? Project, IReadOnlyList<string> References, IReadOnlyList<string> Awaited, string Text);
}
