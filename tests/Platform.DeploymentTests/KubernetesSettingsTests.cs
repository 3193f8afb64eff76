using System.Globalization;
using System.Text.RegularExpressions;
using k8s.Models;
using Npgsql;
using Sure.LocalHost;

namespace Sure.DeploymentTests;

/// <summary>What <c>deploy/kubernetes</c> tells services is what their code reads, and what it gives them is enough.</summary>
public sealed class KubernetesSettingsTests
{
    private const decimal Mebibyte = 1024 * 1024;

    /// <summary>Made by the operators of PostgreSQL and RabbitMQ, by the names of their resources.</summary>
    private static readonly string[] ServicesOfOperators = ["platform-rw", "messaging"];

    /// <summary>What the runtime itself reads.</summary>
    private static readonly string[] SettingsOfTheRuntime = ["ASPNETCORE_URLS", "ASPNETCORE_ENVIRONMENT"];

    /// <summary>What the OpenTelemetry SDK reads by itself (specification, "Environment Variable Specification", General SDK Configuration).</summary>
    private static readonly string[] SettingsOfTelemetry = ["OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG"];

    public static TheoryData<string> Overlays => Overlay.Names;

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Every_variable_is_a_setting_that_the_code_reads(string name)
    {
        var overlay = Overlay.Of(name);
        var services = PlatformGraph.Services.ToDictionary(s => s.Name, s => Repository.SourceOf(s.Project!));
        foreach (var workload in overlay.Workloads().Where(w => services.ContainsKey(w.Service)))
        {
            var own = workload.Container.Env.ToDictionary(e => e.Name, e => e.Value ?? "");
            foreach (var variable in own.Keys.Where(v => !IsPartOfAnother(v, own)).Except(SettingsOfTheRuntime))
            {
                Assert.True(IsRead(variable, services[workload.Service]), $"{workload.Name} is told {variable}, which nothing in it reads.");
            }
        }

        Assert.All(
            Settings(overlay).Keys.Except(SettingsOfTelemetry),
            setting => Assert.True(services.Values.Any(source => IsRead(setting, source)), $"Nothing reads {setting}."));
        Assert.All(Settings(overlay).Keys, setting => Assert.True(IsDocumented(setting), $"docs/operations.md does not say what {setting} is."));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Every_service_is_told_where_the_resources_are_that_it_refers_to_and_no_others(string name)
    {
        var overlay = Overlay.Of(name);
        var known = overlay.All<V1Service>().Select(s => s.Name()).Concat(ServicesOfOperators).ToHashSet();
        foreach (var service in PlatformGraph.Services)
        {
            var told = overlay.EnvironmentOf(service.Name);
            var references = service.References.Select(PlatformGraph.Find).ToList();
            Assert.Equal(
                references.Select(r => r.Kind is ResourceKind.Service ? $"services__{r.Name}__http__0" : $"ConnectionStrings__{r.Name}").Order(),
                told.Keys.Where(k => k.StartsWith("services__", StringComparison.Ordinal) || k.StartsWith("ConnectionStrings__", StringComparison.Ordinal)).Order());
            foreach (var reference in references.Where(r => r.Kind is ResourceKind.Service))
            {
                var address = new Uri(told[$"services__{reference.Name}__http__0"]);
                Assert.Equal(reference.Name, address.Host);
                Assert.Contains(overlay.The<V1Service>(reference.Name).Spec.Ports, p => p.Port == address.Port && p.Name != "public");
            }

            if (told.TryGetValue("ConnectionStrings__platform", out var database))
            {
                var parts = new NpgsqlConnectionStringBuilder(database);
                Assert.Equal((service.Name, "platform"), (parts.Username, parts.Database));
                Assert.Contains(parts.Host!, known);
            }

            if (told.TryGetValue("ConnectionStrings__cache", out var cache))
            {
                Assert.Contains(cache.Split(':')[0], known);
            }

            if (told.TryGetValue("ConnectionStrings__messaging", out var broker))
            {
                Assert.Contains(new Uri(broker.Replace("$(", "", StringComparison.Ordinal).Replace(")", "", StringComparison.Ordinal)).Host, known);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Prometheus_knows_how_much_memory_an_instance_may_have(string name) => Assert.Equal(
        Overlay.Of(name).All<V1Deployment>().Select(d => (d.Name(), MemoryOf(d))).Order(),
        Regex.Matches(
            Repository.Read("deploy", "prometheus", "recording.yml"),
            @"service:memory_limit:bytes\n +labels: { service: (?<service>[a-z]+) }\n +expr: vector\((?<mebibytes>[0-9]+) \* 1024 \* 1024\)\n",
            RegexOptions.ExplicitCapture,
            TimeSpan.FromSeconds(5)).Select(m => (m.Groups["service"].Value, decimal.Parse(m.Groups["mebibytes"].Value, CultureInfo.InvariantCulture) * Mebibyte)).Order());

    /// <summary>
    /// KiB a connection by bench/README: 17.9 at RealtimeService ("idle"), 41 at the gateway ("Fan-out"). Connections are the defaults of
    /// <c>Limits:Connections</c> and <c>Realtime:Connections</c>; without any a process has 128 MiB at most.
    /// </summary>
    [Theory]
    [InlineData("gateway", 20_000, 41)]
    [InlineData("realtimeservice", 10_000, 17.9)]
    public void An_instance_has_memory_for_all_the_connections_it_takes(string service, int connections, double kibibytes)
    {
        var needed = ((decimal)(connections * kibibytes) * 1024) + (128 * Mebibyte);

        Assert.InRange(needed, 0, MemoryOf(Overlay.Of("production").The<V1Deployment>(service)));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void PostgreSQL_lets_in_as_many_as_there_can_be(string name)
    {
        // Three that PostgreSQL keeps for administrators; the operator; people.
        const int Others = 20;
        var overlay = Overlay.Of(name);
        var most = overlay.All<V2HorizontalPodAutoscaler>().ToDictionary(s => s.Name(), s => s.Spec.MaxReplicas);

        // In a rolling update there is one more of each, and a migration.
        var instances = overlay.All<V1Deployment>().Sum(d => (most[d.Name()] + 1) * PoolOf(new Workload(d.Name(), d.Spec.Template)));
        var migrations = overlay.All<V1Job>().Sum(j => PoolOf(new Workload(j.Name(), j.Spec.Template)));

        Assert.InRange(
            instances + migrations + Others, 1, int.Parse(overlay.Operated("Cluster").Text("postgresql", "parameters", "max_connections"), CultureInfo.InvariantCulture));

        static int PoolOf(Workload workload) => workload.Container.Env.FirstOrDefault(e => e.Name == "ConnectionStrings__platform")?.Value is { } database
            ? new NpgsqlConnectionStringBuilder(database).MaxPoolSize
            : 0;
    }

    /// <summary>Below the limit by what writing its file anew takes: a copy of the pages that change meanwhile.</summary>
    [Theory]
    [MemberData(nameof(Overlays))]
    public void The_cache_drops_quotes_before_the_kernel_ends_it(string name)
    {
        var redis = Assert.Single(Overlay.Of(name).The<V1StatefulSet>("cache").Spec.Template.Spec.Containers);
        var mostBytes = new ResourceQuantity(redis.Args[redis.Args.IndexOf("--maxmemory") + 1].Replace("mb", "Mi", StringComparison.Ordinal).Replace("gb", "Gi", StringComparison.Ordinal));

        Assert.InRange(mostBytes.ToDecimal(), 1, redis.Resources.Limits["memory"].ToDecimal() * 2 / 3);
        Assert.Equal("volatile-ttl", redis.Args[redis.Args.IndexOf("--maxmemory-policy") + 1]);
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void The_broker_has_room_above_what_it_keeps_free(string name)
    {
        var broker = Overlay.Of(name).Operated("RabbitmqCluster");
        var limit = Regex.Match(broker.Text("rabbitmq", "additionalConfig"), "disk_free_limit.absolute = (?<gigabytes>[0-9]+)GB", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));

        // A file system takes a part for itself.
        Assert.InRange(
            int.Parse(limit.Groups["gigabytes"].Value, CultureInfo.InvariantCulture) * 1_000_000_000m, 1, new ResourceQuantity(broker.Text("persistence", "storage")).ToDecimal() / 2);
    }

    /// <summary>Bytes at which an instance is ended.</summary>
    private static decimal MemoryOf(V1Deployment deployment) =>
        new Workload(deployment.Name(), deployment.Spec.Template).Container.Resources.Limits["memory"].ToDecimal();

    private static IDictionary<string, string> Settings(Overlay overlay) => Assert.Single(overlay.All<V1ConfigMap>()).Data;

    /// <summary>Settings of a section are listed as <c>Section__One</c> <c>__Two</c>.</summary>
    internal static bool IsDocumented(string setting)
    {
        var operations = Repository.Read("docs", "operations.md");
        var name = setting.LastIndexOf("__", StringComparison.Ordinal);
        return operations.Contains($"`{setting}`", StringComparison.Ordinal)
            || (name > 0 && operations.Contains($"`{setting[..name]}__", StringComparison.Ordinal) && operations.Contains($"`{setting[name..]}`", StringComparison.Ordinal));
    }

    /// <summary>Such as the password of a connection string: <c>$(DATABASE_PASSWORD)</c>.</summary>
    private static bool IsPartOfAnother(string variable, Dictionary<string, string> all) =>
        all.Values.Any(v => v.Contains($"$({variable})", StringComparison.Ordinal));

    /// <summary>
    /// Whether <paramref name="source"/> reads a setting: the name as a whole, or as a property of what is bound to its section; where the
    /// last part of a name is a key, the property is the part before it.
    /// </summary>
    private static bool IsRead(string variable, string source)
    {
        var parts = variable.Split("__");
        if (parts is [.. var list, [>= '0' and <= '9']] && list is not ["services", ..])
        {
            // An element of a list.
            parts = list;
        }

        return parts switch
        {
            [_] => source.Contains($"\"{variable}\"", StringComparison.Ordinal),
            ["ConnectionStrings", var resource] => Regex.IsMatch(source, $"Add(NpgsqlDataSource|RedisClient|EventBus)\\(\"{resource}\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)),
            ["services", var service, "http", _] => source.Contains($"\"{service}\"", StringComparison.Ordinal)
                || source.Contains($"http://{service}\"", StringComparison.Ordinal)
                || Repository.Read("Gateway", "appsettings.json").Contains($"\"http://{service}\"", StringComparison.Ordinal),
            _ => source.Contains($"\"{string.Join(':', parts)}\"", StringComparison.Ordinal)
                || (IsSection(string.Join(':', parts[..^1]), source) && IsProperty(parts[^1], source)),
        };

        static bool IsSection(string section, string source) =>
            Regex.IsMatch(source, $"(BindConfiguration\\(|BindStrictly\\(|GetSection\\(|Section = )\"{section}\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));

        static bool IsProperty(string property, string source) =>
            Regex.IsMatch(source, $"public [^;=(]+ {property} {{ get; (set|init); }}", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));
    }
}
