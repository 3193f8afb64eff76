using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics;
using k8s;
using k8s.Models;

namespace Sure.DeploymentTests;

/// <summary>An overlay of <c>deploy/kubernetes</c> as <c>kubectl kustomize</c> builds it, read strictly: an unknown field is an error.</summary>
internal sealed class Overlay
{
    private static readonly Dictionary<string, Type> OperatorKinds = new()
    {
        ["postgresql.cnpg.io/v1/Cluster"] = typeof(OperatorResource),
        ["postgresql.cnpg.io/v1/ScheduledBackup"] = typeof(OperatorResource),
        ["barmancloud.cnpg.io/v1/ObjectStore"] = typeof(OperatorResource),
        ["rabbitmq.com/v1beta1/RabbitmqCluster"] = typeof(OperatorResource),
    };

    private static readonly Dictionary<string, string> PostgresPod = new() { ["cnpg.io/cluster"] = "platform" };

    private static readonly Dictionary<string, string> BrokerPod = new() { ["app.kubernetes.io/name"] = "messaging" };

    private static readonly ConcurrentDictionary<string, Overlay> Built = new();

    private Overlay(IReadOnlyList<object> objects) => Objects = objects;

    /// <summary>All there are.</summary>
    public static TheoryData<string> Names { get; } = ["local", "production"];

    public IReadOnlyList<object> Objects { get; }

    public static Overlay Of(string name) => Built.GetOrAdd(name, n => Read(Build(n)));

    /// <summary>Reads YAML that nothing has built.</summary>
    public static Overlay Read(string yaml) => new(KubernetesYaml.LoadAllFromString(yaml, OperatorKinds, strict: true));

    public IEnumerable<T> All<T>() => Objects.OfType<T>();

    public T The<T>(string name)
        where T : IKubernetesObject<V1ObjectMeta> => Assert.Single(All<T>(), o => o.Name() == name);

    /// <summary>The one resource of a kind that an operator knows.</summary>
    public OperatorResource Operated(string kind) => Assert.Single(All<OperatorResource>(), r => r.Kind == kind);

    /// <summary>Whatever makes pods: its name, the labels and the contents of its pods.</summary>
    public IEnumerable<Workload> Workloads() =>
    [
        .. All<V1Deployment>().Select(d => new Workload(d.Name(), d.Spec.Template)),
        .. All<V1StatefulSet>().Select(s => new Workload(s.Name(), s.Spec.Template)),
        .. All<V1Job>().Select(j => new Workload(j.Name(), j.Spec.Template)),
    ];

    /// <summary>The pods of the manifests, and those that the operators make.</summary>
    public IEnumerable<Workload> Everybody() => [.. Workloads(), OfOperator("postgres", PostgresPod), OfOperator("messaging", BrokerPod)];

    public int PortOf(string service, string port) =>
        Assert.Single(new Workload(service, The<V1Deployment>(service).Spec.Template).Container.Ports, p => p.Name == port).ContainerPort;

    /// <summary>The variables that a service is told by themselves, by name.</summary>
    public Dictionary<string, string> EnvironmentOf(string service) =>
        new Workload(service, The<V1Deployment>(service).Spec.Template).Container.Env.ToDictionary(e => e.Name, e => e.Value ?? "");

    private static Workload OfOperator(string name, Dictionary<string, string> labels) =>
        new(name, new V1PodTemplateSpec { Metadata = new V1ObjectMeta { Labels = new Dictionary<string, string>(labels) { ["app.kubernetes.io/name"] = name } } });

    private static string Build(string overlay)
    {
        var folder = Path.Combine(Repository.Root, "deploy", "kubernetes", "overlays", overlay);
        var kubectl = Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(p => Path.Combine(p, "kubectl")).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("kubectl is not installed: apt-get install -y --no-install-recommends kubernetes-client");
        using var build = Process.Start(new ProcessStartInfo(kubectl, ["kustomize", folder]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = build.StandardError.ReadToEndAsync();
        var yaml = build.StandardOutput.ReadToEnd();
        build.WaitForExit();
        Assert.True(build.ExitCode == 0, $"kubectl kustomize {folder}: {errors.GetAwaiter().GetResult()}");
        return yaml;
    }
}

/// <summary>What makes pods.</summary>
internal sealed record Workload(string Name, V1PodTemplateSpec Template)
{
    public IDictionary<string, string> Labels => Template.Metadata.Labels;

    /// <summary>The service that its pods are of; a migration is of the service whose schema it makes.</summary>
    public string Service => Labels["app.kubernetes.io/name"];

    public V1Container Container => Assert.Single(Template.Spec.Containers);

    /// <summary>Whether <paramref name="selector"/> selects its pods.</summary>
    public bool IsSelectedBy(V1LabelSelector selector) => IsSelectedBy(selector.MatchLabels ?? new Dictionary<string, string>())
        && (selector.MatchExpressions ?? []).All(e => e.OperatorProperty == "In" && Labels.TryGetValue(e.Key, out var value) && e.Values.Contains(value));

    public bool IsSelectedBy(IDictionary<string, string> labels) => labels.All(l => Labels.TryGetValue(l.Key, out var value) && value == l.Value);
}

/// <summary>A resource of an operator, whose fields only the operator knows.</summary>
internal sealed class OperatorResource : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; set; } = "";

    public string Kind { get; set; } = "";

    public V1ObjectMeta Metadata { get; set; } = new();

    public Dictionary<string, object> Spec { get; set; } = [];

    /// <summary>What its specification says at <paramref name="path"/>.</summary>
    public string Text(params string[] path) => $"{Find(Spec, path)}";

    /// <summary>The texts of a list.</summary>
    public IEnumerable<string> Texts(params string[] path) => ((IEnumerable)Find(Spec, path)).Cast<string>();

    /// <summary>What a list consists of.</summary>
    public IEnumerable<OperatorResource> List(params string[] path) => ((IEnumerable)Find(Spec, path)).Cast<IDictionary>()
        .Select(i => new OperatorResource { Spec = i.Keys.Cast<string>().ToDictionary(k => k, k => i[k]!) });

    private static object Find(object spec, IEnumerable<string> path) => path.Aggregate(spec, (o, name) => ((IDictionary)o)[name]!);
}
