using System.Globalization;
using System.Text.RegularExpressions;
using k8s;
using k8s.Models;
using Sure.LocalHost;

namespace Sure.DeploymentTests;

/// <summary>What <c>deploy/kubernetes</c> says is true of the platform: its services and servers, how they are found, and how long they are waited for.</summary>
public sealed class KubernetesTests
{
    private static readonly (string Kind, string Name)[] Backups = [("ObjectStore", "platform"), ("ScheduledBackup", "platform")];

    private static TimeSpan LongestScript { get; } = TimeSpan.FromHours(int.Parse(
        Regex.Match(Repository.Read("Coordination", "Migrations", "MigrationRunner.cs"), @"ScriptLimit = TimeSpan\.FromHours\((?<hours>[0-9]+)\)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)).Groups["hours"].Value,
        CultureInfo.InvariantCulture));

    public static TheoryData<string> Overlays => Overlay.Names;

    private static IEnumerable<string> Services => PlatformGraph.Services.Select(s => s.Name);

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Every_service_has_what_it_takes_and_every_server_somebody_who_runs_it(string name)
    {
        var overlay = Overlay.Of(name);

        Assert.Equal(Services.Order(), overlay.All<V1Deployment>().Select(d => d.Name()).Order());
        // The operator of PostgreSQL makes one by itself, that of RabbitMQ does not.
        Assert.Equal(Services.Append("messaging").Order(), overlay.All<V1PodDisruptionBudget>().Select(d => d.Name()).Order());
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
        Assert.All(overlay.All<V1PodDisruptionBudget>(), b =>
        {
            AssertSelects(b.Spec.Selector, b.Name());
            // Two nodes of the broker at once would stop it.
            Assert.Equal("1", b.Spec.MaxUnavailable.Value);
        });
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
            Assert.Contains(overlay.Everybody(), w => w.IsSelectedBy(policy.Spec.PodSelector));
            Assert.All(
                PeersOf(policy).Where(p => p.PodSelector is not null),
                p => Assert.Contains(overlay.Everybody(), w => w.IsSelectedBy(p.PodSelector)));
        }

        void AssertSelects(V1LabelSelector selector, string workload) =>
            Assert.Equal(workload, Assert.Single(overlay.Everybody(), w => w.IsSelectedBy(selector)).Name);
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
        Assert.Equal(overlay.EnvironmentOf("gateway")["Gateway__Port"], $"{overlay.PortOf("gateway", port.TargetPort.Value)}");
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
            var listens = new Uri(overlay.EnvironmentOf(service)["ASPNETCORE_URLS"].Replace('+', 'x')).Port;
            foreach (var probe in new[] { container.StartupProbe, container.ReadinessProbe, container.LivenessProbe })
            {
                Assert.Contains($"MapHealthChecks(\"{probe.HttpGet.Path}\"", health, StringComparison.Ordinal);
                Assert.Equal(listens, overlay.PortOf(service, probe.HttpGet.Port.Value));
            }

            Assert.True(container.StartupProbe.PeriodSeconds * container.StartupProbe.FailureThreshold > LongestScript.TotalSeconds, $"{service} is ended while a migration runs.");
            Assert.Equal(("/started", "/alive", "/alive"), (container.StartupProbe.HttpGet.Path, container.ReadinessProbe.HttpGet.Path, container.LivenessProbe.HttpGet.Path));
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

    /// <summary>The file they are in names the image <c>sure/quoteservice</c>, which would be anybody's, and no namespace; the overlay does.</summary>
    [Theory]
    [MemberData(nameof(Overlays))]
    public void The_label_by_which_the_manual_applies_migrations_alone_is_that_of_all_of_them_and_of_nothing_else(string name)
    {
        const string label = "app.kubernetes.io/component";
        var overlay = Overlay.Of(name);

        Assert.Contains($"`kubectl apply -k deploy/kubernetes/overlays/production -l {label}=migration`", Repository.Read("docs", "operations.md"), StringComparison.Ordinal);
        Assert.Equal(
            overlay.All<V1Job>().Select(j => (j.Kind, j.Name())).Order(),
            overlay.Objects.Cast<IKubernetesObject<V1ObjectMeta>>().Where(o => o.GetLabel(label) == "migration").Select(o => (o.Kind, o.Name())).Order());
    }

    /// <summary>What a database is restored into: neither a service nor a Job may have filled it.</summary>
    [Theory]
    [MemberData(nameof(Overlays))]
    public void The_labels_by_which_the_manual_sets_up_servers_alone_leave_out_the_services_and_migrations_and_nothing_that_servers_need(string name)
    {
        var overlay = Overlay.Of(name);
        var services = Services.Concat(overlay.All<V1Job>().Select(j => j.Name())).ToHashSet();

        Assert.Contains(
            "kubectl apply -k deploy/kubernetes/overlays/production -l 'app.kubernetes.io/component notin (server, migration)'",
            Repository.Read("docs", "operations.md"),
            StringComparison.Ordinal);
        foreach (var resource in overlay.Objects.Cast<IKubernetesObject<V1ObjectMeta>>())
        {
            var isLeftOut = resource.GetLabel("app.kubernetes.io/component") is "server" or "migration";
            Assert.True(isLeftOut == (resource is not V1NetworkPolicy && services.Contains(resource.Name())), $"{resource.Kind} {resource.Name()}");
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
                Assert.EndsWith($"/sure/{workload.Service}", image[0], StringComparison.Ordinal);
                // Of another first part a container runtime makes a folder of docker.io, which is anybody's.
                Assert.Matches(@"^(localhost|[^/]*\.[^/]*)/", image[0]);
            }
        }
    }

    /// <summary>Connections that wait cost no processor time: an instance can be full of them and look idle.</summary>
    [Theory]
    [InlineData("gateway", "kestrel_active_connections", "Gateway/Limits/LimitOptions.cs")]
    [InlineData("realtimeservice", "sure_realtime_connections", "RealtimeService/Channels/RealtimeOptions.cs")]
    public void In_production_another_instance_is_there_before_one_has_as_many_connections_as_it_takes(string service, string metric, string options)
    {
        var scaler = Overlay.Of("production").The<V2HorizontalPodAutoscaler>(service);

        var pods = Assert.Single(scaler.Spec.Metrics, m => m.Type == "Pods").Pods;

        Assert.Equal(metric, pods.Metric.Name);
        var most = int.Parse(
            Regex.Match(Repository.Read(options), @" Connections \{ get; set; \} = (?<most>[0-9_]+);", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)).Groups["most"].Value.Replace("_", "", StringComparison.Ordinal),
            CultureInfo.InvariantCulture);
        // A rollout of one more takes minutes, in which a third more may come.
        Assert.InRange(pods.Target.AverageValue.ToDecimal(), 1, most * 0.75m);
        // Where the platform runs the dashboards are tested to find what they ask for.
        Assert.Contains(Directory.GetFiles(Path.Combine(Repository.Root, "deploy", "grafana")), f => File.ReadAllText(f).Contains($"({metric})", StringComparison.Ordinal));
        Assert.Contains(scaler.Spec.Metrics, m => m.Resource?.Name == "cpu");
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

    /// <summary>An older client dumps nothing of a newer server, and a copy is recovered by its own major only.</summary>
    [Theory]
    [MemberData(nameof(Overlays))]
    public void PostgreSQL_is_of_a_version_that_does_not_change_with_the_operator(string name)
    {
        var image = Overlay.Of(name).Operated("Cluster").Text("imageName");

        var version = Regex.Match(image, @":(?<major>[0-9]+)\.[0-9]+(-|$)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));
        Assert.True(version.Success, $"{image} is of no version.");
        var major = version.Groups["major"].Value;
        Assert.Contains($".WithImageTag(\"{major}\")", Repository.Read("AppHost", "apphost.cs"), StringComparison.Ordinal);
        Assert.Contains($"`postgresql-client-{major}`", Repository.Read("docs", "operations.md"), StringComparison.Ordinal);
    }

    /// <summary>Going back in time without the broker and the cache would have consumers know of what did not happen.</summary>
    [Fact]
    public void What_the_manual_deletes_before_a_recovery_is_all_that_keeps_data()
    {
        var overlay = Overlay.Of("production");
        var operations = Repository.Read("docs", "operations.md");

        var cache = Assert.Single(overlay.All<V1StatefulSet>());
        var operated = overlay.All<OperatorResource>().Where(r => r.Kind is "Cluster" or "RabbitmqCluster").Select(r => $"{r.Kind.ToLowerInvariant()}/{r.Name()}");
        Assert.Contains($"kubectl -n sure delete {string.Join(' ', operated.Order().Append($"statefulset/{cache.Name()}"))}\n", operations, StringComparison.Ordinal);
        // The first pod's, as a StatefulSet names it; no other goes by itself.
        Assert.Equal(1, cache.Spec.Replicas);
        Assert.Contains($"kubectl -n sure delete pvc {Assert.Single(cache.Spec.VolumeClaimTemplates).Name()}-{cache.Name()}-0 ", operations, StringComparison.Ordinal);
    }

    private static IEnumerable<V1NetworkPolicyPeer> PeersOf(V1NetworkPolicy policy) =>
        [.. (policy.Spec.Ingress ?? []).SelectMany(i => i.FromProperty ?? []), .. (policy.Spec.Egress ?? []).SelectMany(e => e.To ?? [])];
}
