using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using k8s;
using k8s.Models;
using Npgsql;
using Sure.LocalHost;
using Sure.TestServers;

namespace Sure.DeploymentTests;

/// <summary>What <c>deploy/kubernetes</c> says is true of the platform: of its graph, of its code, and of itself.</summary>
public sealed class KubernetesTests
{
    private const string PartOf = "app.kubernetes.io/part-of";

    private const decimal Mebibyte = 1024 * 1024;

    /// <summary>Made by the operators of PostgreSQL and RabbitMQ, by the names of their resources.</summary>
    private static readonly string[] ServicesOfOperators = ["platform-rw", "messaging"];

    private static readonly string[] SecretsOfOperators = ["messaging-default-user"];

    private static readonly (string Kind, string Name)[] Backups = [("ObjectStore", "platform"), ("ScheduledBackup", "platform")];

    private static readonly Dictionary<string, string> PostgresPod = new() { ["cnpg.io/cluster"] = "platform" };

    private static readonly Dictionary<string, string> BrokerPod = new() { ["app.kubernetes.io/name"] = "messaging" };

    /// <summary>What the runtime itself reads.</summary>
    private static readonly string[] SettingsOfTheRuntime = ["ASPNETCORE_URLS", "ASPNETCORE_ENVIRONMENT"];

    /// <summary>What the OpenTelemetry SDK reads by itself (specification, "Environment Variable Specification", General SDK Configuration).</summary>
    private static readonly string[] SettingsOfTelemetry = ["OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG"];

    private static TimeSpan LongestScript { get; } = TimeSpan.FromHours(int.Parse(
        Regex.Match(Repository.Read("Coordination", "Migrations", "MigrationRunner.cs"), @"ScriptLimit = TimeSpan\.FromHours\((?<hours>[0-9]+)\)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)).Groups["hours"].Value,
        CultureInfo.InvariantCulture));

    public static TheoryData<string> Overlays { get; } = ["local", "production"];

    private static IEnumerable<string> Services => PlatformGraph.Services.Select(s => s.Name);

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Every_service_has_what_it_takes_and_every_server_somebody_who_runs_it(string name)
    {
        var overlay = Overlay.Of(name);

        Assert.Equal(Services.Order(), overlay.All<V1Deployment>().Select(d => d.Name()).Order());
        Assert.Equal(Services.Order(), overlay.All<V1PodDisruptionBudget>().Select(d => d.Name()).Order());
        Assert.Equal(Services.Order(), overlay.All<V2HorizontalPodAutoscaler>().Select(d => d.Name()).Order());
        Assert.Equal(Services.Append("cache").Order(), overlay.All<V1Service>().Select(d => d.Name()).Order());
        Assert.Equal(
            PlatformGraph.Services.Where(s => s.References.Contains(PlatformGraph.Platform)).Select(s => $"{s.Name}-migration").Order(),
            overlay.All<V1Job>().Select(j => j.Name()).Order());
        Assert.Equal(
            new[] { ("Cluster", "platform"), ("RabbitmqCluster", "messaging") }.Concat(name == "production" ? Backups : []).Order(),
            overlay.All<OperatorResource>().Select(r => (r.Kind, r.Name())).Order());
        Assert.All(
            overlay.Objects.Cast<IKubernetesObject<V1ObjectMeta>>().Where(o => o is not V1Namespace), o => Assert.Equal("sure", o.Namespace()));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Every_selector_selects_what_it_is_meant_for(string name)
    {
        var overlay = Overlay.Of(name);
        var workloads = overlay.Workloads().ToList();

        foreach (var deployment in overlay.All<V1Deployment>())
        {
            AssertSelects(deployment.Spec.Selector, deployment.Name());
            Assert.All(deployment.Spec.Template.Spec.TopologySpreadConstraints, c => AssertSelects(c.LabelSelector, deployment.Name()));
        }

        Assert.All(overlay.All<V1StatefulSet>(), s => AssertSelects(s.Spec.Selector, s.Name()));
        Assert.All(overlay.All<V1PodDisruptionBudget>(), b => AssertSelects(b.Spec.Selector, b.Name()));
        foreach (var service in overlay.All<V1Service>())
        {
            // A service must not send requests to the pod of a migration.
            var behind = Assert.Single(workloads, w => w.IsSelectedBy(service.Spec.Selector));
            Assert.Equal(service.Name(), behind.Name);
            Assert.All(service.Spec.Ports, p => Assert.Contains(behind.Container.Ports, c => c.Name == p.TargetPort.Value));
        }

        foreach (var scaler in overlay.All<V2HorizontalPodAutoscaler>())
        {
            Assert.Equal(("apps/v1", "Deployment", scaler.Name()), (scaler.Spec.ScaleTargetRef.ApiVersion, scaler.Spec.ScaleTargetRef.Kind, scaler.Spec.ScaleTargetRef.Name));
            Assert.InRange(scaler.Spec.MinReplicas!.Value, 1, scaler.Spec.MaxReplicas);
        }

        foreach (var policy in overlay.All<V1NetworkPolicy>())
        {
            Assert.Contains(Everybody(overlay), w => w.IsSelectedBy(policy.Spec.PodSelector));
            Assert.All(
                PeersOf(policy).Where(p => p.PodSelector is not null),
                p => Assert.Contains(Everybody(overlay), w => w.IsSelectedBy(p.PodSelector)));
        }

        void AssertSelects(V1LabelSelector selector, string workload) =>
            Assert.Equal(workload, Assert.Single(workloads, w => w.IsSelectedBy(selector)).Name);
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void The_ingress_leads_to_the_public_port_of_the_gateway_and_nowhere_else(string name)
    {
        var overlay = Overlay.Of(name);

        var rule = Assert.Single(Assert.Single(overlay.All<V1Ingress>()).Spec.Rules);
        var path = Assert.Single(rule.Http.Paths);

        Assert.Equal(("/", "Prefix", "gateway", "public"), (path.Path, path.PathType, path.Backend.Service.Name, path.Backend.Service.Port.Name));
        var port = Assert.Single(overlay.The<V1Service>("gateway").Spec.Ports, p => p.Name == "public");
        Assert.Equal(Environment(overlay, "gateway")["Gateway__Port"], $"{PortOf(overlay, "gateway", port.TargetPort.Value)}");
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Every_probe_asks_a_path_that_every_service_answers_on_a_port_it_listens_on(string name)
    {
        var overlay = Overlay.Of(name);
        var health = Repository.Read("ServiceDefaults", "Health", "PlatformHealth.cs");
        foreach (var service in Services)
        {
            var container = new Workload(service, overlay.The<V1Deployment>(service).Spec.Template).Container;
            // The gateway answers for the platform on its public port, and for itself where the services are spoken to.
            var listens = new Uri(Environment(overlay, service)["ASPNETCORE_URLS"].Replace('+', 'x')).Port;
            foreach (var probe in new[] { container.StartupProbe, container.ReadinessProbe, container.LivenessProbe })
            {
                Assert.Contains($"MapHealthChecks(\"{probe.HttpGet.Path}\"", health, StringComparison.Ordinal);
                Assert.Equal(listens, PortOf(overlay, service, probe.HttpGet.Port.Value));
            }

            Assert.True(container.StartupProbe.PeriodSeconds * container.StartupProbe.FailureThreshold > LongestScript.TotalSeconds, $"{service} is ended while a migration runs.");
            Assert.Equal(("/health", "/alive", "/alive"), (container.StartupProbe.HttpGet.Path, container.ReadinessProbe.HttpGet.Path, container.LivenessProbe.HttpGet.Path));
        }
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void A_migration_has_time_for_its_longest_script_and_does_not_change_with_the_settings(string name) => Assert.All(
        Overlay.Of(name).All<V1Job>(),
        job =>
        {
            Assert.True(job.Spec.ActiveDeadlineSeconds > LongestScript.TotalSeconds, $"{job.Name()} is ended while a script runs.");
            Assert.Null(new Workload(job.Name(), job.Spec.Template).Container.EnvFrom);
        });

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Every_variable_is_a_setting_that_the_code_reads(string name)
    {
        var overlay = Overlay.Of(name);
        var services = PlatformGraph.Services.ToDictionary(s => s.Name, s => Repository.SourceOf(s.Project!));
        foreach (var workload in overlay.Workloads().Where(w => services.ContainsKey(ServiceOf(w))))
        {
            var own = workload.Container.Env.ToDictionary(e => e.Name, e => e.Value ?? "");
            foreach (var variable in own.Keys.Where(v => !IsPartOfAnother(v, own)).Except(SettingsOfTheRuntime))
            {
                Assert.True(IsRead(variable, services[ServiceOf(workload)]), $"{workload.Name} is told {variable}, which nothing in it reads.");
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
            var told = Environment(overlay, service.Name);
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
    /// KiB a connection by bench/README: 21.2 at RealtimeService, 61.8 with a gateway in front. Connections are the defaults of
    /// <c>Limits:Connections</c> and <c>Realtime:Connections</c>; without any a process has 128 MiB at most.
    /// </summary>
    [Theory]
    [InlineData("gateway", 20_000, 61.8 - 21.2)]
    [InlineData("realtimeservice", 10_000, 21.2)]
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
    public void The_network_lets_through_what_the_graph_has_and_nothing_else(string name)
    {
        var overlay = Overlay.Of(name);
        var pods = overlay.Workloads().Where(w => w.Labels[PartOf] == "sure").ToList();
        foreach (var from in pods.Where(p => p.Name != "cache"))
        {
            var references = PlatformGraph.Find(ServiceOf(from)).References;
            foreach (var to in Everybody(overlay).Where(p => p.Name != from.Name && !p.Name.EndsWith("-migration", StringComparison.Ordinal) && ServiceOf(p) != ServiceOf(from)))
            {
                var target = to.Name == "postgres" ? PlatformGraph.Platform : to.Name;
                Assert.True(references.Contains(target) == MayLeave(overlay, from, to), $"What leaves {from.Name} for {to.Name} is not as in the graph.");
                Assert.True(references.Contains(target) == MayCome(overlay, from, to), $"What comes to {to.Name} from {from.Name} is not as in the graph.");
            }
        }

        // From anywhere: only the gateway, and only where it faces the public.
        var open = overlay.All<V1NetworkPolicy>().SelectMany(p => (p.Spec.Ingress ?? []).Where(i => i.FromProperty is null or { Count: 0 }).Select(i => (Policy: p, Rule: i))).ToList();
        var (policy, rule) = Assert.Single(open);
        Assert.Equal("gateway", policy.Name());
        Assert.Equal(["public"], rule.Ports.Select(p => p.Port.Value));
        Assert.All(pods, p => Assert.Contains(overlay.All<V1NetworkPolicy>(), n => n.Name() == "nothing-else" && p.IsSelectedBy(n.Spec.PodSelector)));
    }

    [Theory]
    [InlineData("postgres", "9187")]
    [InlineData("messaging", "15692")]
    [InlineData("gateway", "internal")]
    [InlineData("realtimeservice", "http")]
    public void Prometheus_is_let_in_to_what_servers_and_services_tell_of_themselves(string to, string port) => Assert.Contains(
        Overlay.Of("production").The<V1NetworkPolicy>(to).Spec.Ingress,
        i => i.Ports.Select(p => p.Port.Value).SequenceEqual([port])
            && i.FromProperty is [{ NamespaceSelector.MatchLabels: { } labels, PodSelector: null }] && labels["kubernetes.io/metadata.name"] == "observability");

    [Fact]
    public void The_ways_out_that_can_be_opened_are_for_those_who_go_out_of_the_cluster()
    {
        var openable = Overlay.Read(Repository.Read("deploy", "kubernetes", "overlays", "production", "egress.yaml")).All<V1NetworkPolicy>().ToList();
        var goOut = Overlay.Of("production").All<V1NetworkPolicy>()
            .Where(p => (p.Spec.Egress ?? []).Any(e => (e.To ?? []).Any(t => t.IpBlock is not null))).Select(p => p.Name()).ToList();

        Assert.Equal(goOut.Order(), openable.Select(p => p.Spec.PodSelector.MatchLabels["app.kubernetes.io/name"]).Order());
        Assert.All(openable, p => Assert.Equal(["Egress"], p.Spec.PolicyTypes));
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

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Every_secret_is_referred_to_and_made_by_the_script_or_an_operator(string name)
    {
        var overlay = Overlay.Of(name);
        var script = Repository.Read("deploy", "kubernetes", "secrets");
        var referred = overlay.Workloads().SelectMany(w => w.Container.Env).Select(e => e.ValueFrom?.SecretKeyRef).Where(s => s is not null).ToList();

        Assert.Empty(overlay.All<V1Secret>());
        foreach (var secret in referred.Select(s => s!.Name).Distinct().Except(SecretsOfOperators))
        {
            var made = secret.EndsWith("-database", StringComparison.Ordinal)
                ? RolesOf(script).Contains(secret[..^"-database".Length])
                : script.Contains($"make {secret}", StringComparison.Ordinal);
            Assert.True(made, $"Nobody makes the secret {secret}.");
        }

        Assert.All(referred, s => Assert.Contains(s!.Key, new[] { "username", "password" }));
        // Each role that can log in has a password; beside the services only who makes backups.
        var roles = overlay.Operated("Cluster").List("managed", "roles").ToList();
        Assert.Equal(
            PlatformGraph.Services.Where(s => s.References.Contains(PlatformGraph.Platform)).Select(s => s.Name).Append("backup").Order(),
            roles.Select(r => r.Text("name")).Order());
        Assert.All(roles, r => Assert.Equal($"{r.Text("name")}-database", r.Text("passwordSecret", "name")));
        Assert.Equal(roles.Select(r => r.Text("name")).Order(), RolesOf(script).Order());
    }

    [Fact]
    public void In_production_every_commit_is_archived_and_all_of_it_copied_every_night()
    {
        var overlay = Overlay.Of("production");
        var store = overlay.Operated("ObjectStore");
        var schedule = overlay.Operated("ScheduledBackup");

        var plugin = Assert.Single(overlay.Operated("Cluster").List("plugins"));
        Assert.Equal((bool.TrueString, store.Name()), (plugin.Text("isWALArchiver"), plugin.Text("parameters", "barmanObjectName")));
        Assert.Equal(("platform", "plugin", plugin.Text("name")), (schedule.Text("cluster", "name"), schedule.Text("method"), schedule.Text("pluginConfiguration", "name")));
        // Six fields, the first of which are seconds.
        Assert.Matches(@"^0 [0-9]+ [0-9]+ \* \* \*$", schedule.Text("schedule"));
        var operations = Repository.Read("docs", "operations.md");
        foreach (var credential in new[] { "accessKeyId", "secretAccessKey" })
        {
            Assert.Contains($"create secret generic {store.Text("configuration", "s3Credentials", credential, "name")} ", operations, StringComparison.Ordinal);
            Assert.Contains($"`{store.Text("configuration", "s3Credentials", credential, "key")}=…`", operations, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_script_makes_secrets_that_are_good_and_never_the_same()
    {
        var first = await MakeSecretsAsync();
        var second = await MakeSecretsAsync();

        Assert.Equal(first.Keys.Order(), second.Keys.Order());
        Assert.All(first, s => Assert.NotEqual(s.Value, second[s.Key]));
        // What the gateway takes for a key.
        Assert.Matches("^sure_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$", first["gateway-first-key"]);
        // They go into connection strings, where anything else would need quoting.
        Assert.All(first.Where(s => s.Key == "cache" || s.Key.EndsWith("-database", StringComparison.Ordinal)), s => Assert.Matches("^[A-Za-z0-9]{32,}$", s.Value));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void No_pod_may_do_more_than_it_needs(string name)
    {
        foreach (var workload in Overlay.Of(name).Workloads())
        {
            var pod = workload.Template.Spec;
            var container = workload.Container;
            Assert.False(pod.AutomountServiceAccountToken);
            Assert.True(pod.SecurityContext.RunAsNonRoot);
            Assert.NotEqual(0, pod.SecurityContext.RunAsUser);
            Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
            Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
            Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
            Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
            Assert.Contains("memory", container.Resources.Limits.Keys);
            Assert.Equal(["cpu", "memory"], container.Resources.Requests.Keys.Order());
            Assert.True(container.Resources.Requests["memory"].ToDecimal() <= container.Resources.Limits["memory"].ToDecimal());
            Assert.All(container.VolumeMounts, m => Assert.Contains(m.Name, VolumesOf(Overlay.Of(name), workload)));
            Assert.Equal(
                container.EnvFrom?.Where(e => e.ConfigMapRef is not null).Select(e => e.ConfigMapRef.Name) ?? [],
                container.EnvFrom is null ? [] : Overlay.Of(name).All<V1ConfigMap>().Select(c => c.Name()));
        }
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Every_image_is_that_of_its_service_by_a_version(string name)
    {
        foreach (var workload in Overlay.Of(name).Workloads())
        {
            var image = workload.Container.Image.Split(':');
            Assert.Equal(2, image.Length);
            Assert.NotEqual("latest", image[1]);
            if (workload.Name != "cache")
            {
                Assert.EndsWith($"sure/{ServiceOf(workload)}", image[0], StringComparison.Ordinal);
            }
        }
    }

    /// <summary>Bytes at which an instance is ended.</summary>
    private static decimal MemoryOf(V1Deployment deployment) =>
        new Workload(deployment.Name(), deployment.Spec.Template).Container.Resources.Limits["memory"].ToDecimal();

    /// <summary>What <c>deploy/kubernetes/secrets</c> hands to kubectl where there is none yet, by the name of the Secret.</summary>
    private static async Task<Dictionary<string, string>> MakeSecretsAsync()
    {
        var folder = Directory.CreateTempSubdirectory("sure-secrets-").FullName;
        try
        {
            var kubectl = Path.Combine(folder, "kubectl");
            await File.WriteAllTextAsync(
                kubectl,
                """
                #!/bin/sh
                case "$*" in
                    *"create secret generic"*) cat >"$SECRETS/$6.secret" ;;
                    *"get secret"*) exit 1 ;;
                esac
                """,
                TestContext.Current.CancellationToken);
            File.SetUnixFileMode(kubectl, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            var script = new ProcessStartInfo(Path.Combine(Repository.Root, "deploy", "kubernetes", "secrets"));
            script.Environment["PATH"] = $"{folder}:{System.Environment.GetEnvironmentVariable("PATH")}";
            script.Environment["SECRETS"] = folder;
            var run = await Tool.RunAsync(script, TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
            Assert.True(run.ExitCode == 0, run.ToString());
            return Directory.GetFiles(folder, "*.secret").ToDictionary(f => Path.GetFileNameWithoutExtension(f), File.ReadAllText);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string[] RolesOf(string script) =>
        Regex.Match(script, "for role in (?<names>[a-z ]+);", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)).Groups["names"].Value.Split(' ');

    private static string ServiceOf(Workload workload) => workload.Labels["app.kubernetes.io/name"];

    /// <summary>The pods of the manifests, and those that the operators make.</summary>
    private static IEnumerable<Workload> Everybody(Overlay overlay) =>
        [.. overlay.Workloads(), OfOperator("postgres", PostgresPod), OfOperator("messaging", BrokerPod)];

    private static Workload OfOperator(string name, Dictionary<string, string> labels) =>
        new(name, new V1PodTemplateSpec { Metadata = new V1ObjectMeta { Labels = new Dictionary<string, string>(labels) { ["app.kubernetes.io/name"] = name } } });

    private static IEnumerable<V1NetworkPolicyPeer> PeersOf(V1NetworkPolicy policy) =>
        [.. (policy.Spec.Ingress ?? []).SelectMany(i => i.FromProperty ?? []), .. (policy.Spec.Egress ?? []).SelectMany(e => e.To ?? [])];

    private static bool MayLeave(Overlay overlay, Workload from, Workload to) => overlay.All<V1NetworkPolicy>()
        .Where(p => p.Spec.PolicyTypes.Contains("Egress") && from.IsSelectedBy(p.Spec.PodSelector))
        .SelectMany(p => p.Spec.Egress ?? [])
        .Any(e => (e.To ?? []).Any(p => Selects(p, to)));

    private static bool MayCome(Overlay overlay, Workload from, Workload to) => overlay.All<V1NetworkPolicy>()
        .Where(p => p.Spec.PolicyTypes.Contains("Ingress") && to.IsSelectedBy(p.Spec.PodSelector))
        .SelectMany(p => p.Spec.Ingress ?? [])
        .Any(i => (i.FromProperty ?? []).Any(p => Selects(p, from)));

    private static bool Selects(V1NetworkPolicyPeer peer, Workload workload) =>
        peer.PodSelector is { } selector && peer.NamespaceSelector is null && workload.IsSelectedBy(selector);

    private static int PortOf(Overlay overlay, string service, string port) =>
        Assert.Single(new Workload(service, overlay.The<V1Deployment>(service).Spec.Template).Container.Ports, p => p.Name == port).ContainerPort;

    private static IDictionary<string, string> Settings(Overlay overlay) => Assert.Single(overlay.All<V1ConfigMap>()).Data;

    private static Dictionary<string, string> Environment(Overlay overlay, string service) =>
        new Workload(service, overlay.The<V1Deployment>(service).Spec.Template).Container.Env.ToDictionary(e => e.Name, e => e.Value ?? "");

    private static HashSet<string> VolumesOf(Overlay overlay, Workload workload) =>
    [
        .. (workload.Template.Spec.Volumes ?? []).Select(v => v.Name),
        .. overlay.All<V1StatefulSet>().Where(s => s.Name() == workload.Name).SelectMany(s => s.Spec.VolumeClaimTemplates).Select(c => c.Name()),
    ];

    /// <summary>Settings of a section are listed as <c>Section__One</c> <c>__Two</c>.</summary>
    private static bool IsDocumented(string setting)
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
            Regex.IsMatch(source, $"(BindConfiguration\\(|GetSection\\(|Section = )\"{section}\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));

        static bool IsProperty(string property, string source) =>
            Regex.IsMatch(source, $"public [^;=(]+ {property} {{ get; (set|init); }}", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));
    }
}
