using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using k8s.Models;
using Sure.LocalHost;
using Sure.TestServers;

namespace Sure.DeploymentTests;

/// <summary>In <c>deploy/kubernetes</c> nobody may do more, reach more or know more than it needs.</summary>
public sealed class KubernetesSecurityTests
{
    private const string PartOf = "app.kubernetes.io/part-of";

    private static readonly string[] SecretsOfOperators = ["messaging-default-user"];

    public static TheoryData<string> Overlays => Overlay.Names;

    [Theory]
    [MemberData(nameof(Overlays))]
    public void The_network_lets_through_what_the_graph_has_and_nothing_else(string name)
    {
        var overlay = Overlay.Of(name);
        var pods = overlay.Workloads().Where(w => w.Labels[PartOf] == "sure").ToList();
        foreach (var from in pods.Where(p => p.Name != "cache"))
        {
            var references = PlatformGraph.Find(from.Service).References;
            foreach (var to in overlay.Everybody().Where(p => p.Name != from.Name && !p.Name.EndsWith("-migration", StringComparison.Ordinal) && p.Service != from.Service))
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

    [Fact]
    public async Task The_script_tells_each_service_the_keys_of_those_that_may_call_it_and_of_nobody_else()
    {
        var secrets = await MakeSecretsAsync();
        var told = PlatformGraph.Services.ToDictionary(
            s => s.Name,
            s => secrets[$"{s.Name}-identity"].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('=', 2)).ToDictionary(l => l[0], l => l[1]));

        foreach (var (service, settings) in told)
        {
            Assert.Equal(PlatformGraph.CallersOf(service).Select(c => $"Identity__Peers__{c}").Append("Identity__Key").Order(), settings.Keys.Order());
            foreach (var caller in PlatformGraph.CallersOf(service))
            {
                using var key = ECDsa.Create();
                key.ImportPkcs8PrivateKey(Convert.FromBase64String(told[caller]["Identity__Key"]), out _);
                Assert.Equal(Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()), settings[$"Identity__Peers__{caller}"]);
            }
        }
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
            script.Environment["PATH"] = $"{folder}:{Environment.GetEnvironmentVariable("PATH")}";
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

    private static HashSet<string> VolumesOf(Overlay overlay, Workload workload) =>
    [
        .. (workload.Template.Spec.Volumes ?? []).Select(v => v.Name),
        .. overlay.All<V1StatefulSet>().Where(s => s.Name() == workload.Name).SelectMany(s => s.Spec.VolumeClaimTemplates).Select(c => c.Name()),
    ];
}
