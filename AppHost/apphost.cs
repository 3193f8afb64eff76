#:sdk Aspire.AppHost.Sdk@13.5.2
#:package Aspire.Hosting.PostgreSQL@13.5.2
#:package Aspire.Hosting.Redis@13.5.2
#:package Aspire.Hosting.RabbitMQ@13.5.2
#:package Aspire.Hosting.JavaScript@13.5.2
#:package Aspire.Hosting.Kubernetes@13.5.2-preview.*
#:project ../QuoteService/QuoteService.csproj
#:project ../RiskService/RiskService.csproj
#:project ../BridgeService/BridgeService.csproj
#:project ../UtilizationService/UtilizationService.csproj
#:project ../RealtimeService/RealtimeService.csproj
#:project ../Gateway/Gateway.csproj

// The graph of the platform with containers. LocalHost/PlatformGraph.cs is the same without; a test compares the two.

using System.Security.Cryptography;
using Aspire.Hosting.Kubernetes.Resources;

var builder = DistributedApplication.CreateBuilder(args);

// Published, all of it is a Helm chart. Without this, volumes would be as short-lived as their pods.
builder.AddKubernetesEnvironment("k8s")
    .WithHelm(chart => chart.WithChartName("sure"))
    // Its image is whatever is newest, it keeps nothing, and of services that refer to each other it is told by the first alone.
    .WithDashboard(enabled: false)
    .WithProperties(k8s =>
    {
        k8s.DefaultStorageType = "pvc";
        k8s.DefaultStorageSize = "20Gi";
    });

// Secrets: made up and kept when run here, asked for when published.
var postgresPassword = builder.AddPassword("postgres-password");
var cachePassword = builder.AddPassword("cache-password");
var messagingPassword = builder.AddPassword("messaging-password");
var brokerUser = builder.AddParameter("messaging-user", "sure", publishValueAsDefault: true);
var quotesPassword = builder.AddPassword("quoteservice-password");
var riskPassword = builder.AddPassword("riskservice-password");
var bridgesPassword = builder.AddPassword("bridgeservice-password");
var utilizationPassword = builder.AddPassword("utilizationservice-password");
var gatewayPassword = builder.AddPassword("gateway-password");

// Servers: each keeps its data in a volume. The database has a role and a schema for each service.
var postgres = builder.AddPostgres("postgres", password: postgresPassword)
    .WithImageTag("17")
    .WithDataVolume("sure-postgres")
    .WithEnvironment("QUOTESERVICE_PASSWORD", quotesPassword)
    .WithEnvironment("RISKSERVICE_PASSWORD", riskPassword)
    .WithEnvironment("BRIDGESERVICE_PASSWORD", bridgesPassword)
    .WithEnvironment("UTILIZATIONSERVICE_PASSWORD", utilizationPassword)
    .WithEnvironment("GATEWAY_PASSWORD", gatewayPassword)
    .WithRoles("postgres/roles.sh");

if (builder.ExecutionContext.IsPublishMode)
{
    // A fresh volume of a cluster holds lost+found, and PostgreSQL begins its data in an empty folder only.
    postgres.WithEnvironment("PGDATA", "/var/lib/postgresql/data/pgdata");
}

var platform = postgres.AddDatabase("platform");

var cache = builder.AddRedis("cache", password: cachePassword)
    .WithDataVolume("sure-cache")
    .WithPersistence();

var messaging = builder.AddRabbitMQ("messaging", brokerUser, messagingPassword)
    .WithDataVolume("sure-messaging");

// Services, and the gateway that is the one public door. They refer to each other in circles, so all are named before any is wired.
var quotes = builder.AddProject<Projects.QuoteService>("quoteservice").AsService();
var risk = builder.AddProject<Projects.RiskService>("riskservice").AsService();
var bridges = builder.AddProject<Projects.BridgeService>("bridgeservice").AsService();
var utilization = builder.AddProject<Projects.UtilizationService>("utilizationservice").AsService();
var realtime = builder.AddProject<Projects.RealtimeService>("realtimeservice").AsService();
var gateway = builder.AddProject<Projects.Gateway>("gateway").AsService();

// A service waits for the servers it cannot start without, and for nothing that might be waiting for it.
quotes
    .WithReference(platform).As("quoteservice", quotesPassword, postgres)
    .WithReference(cache)
    .WithReference(messaging)
    .WithReference(gateway).WithReference(utilization).WithReference(bridges).WithReference(risk)
    .WaitFor(platform).WaitFor(cache).WaitFor(messaging)
    .WithReplicas(2);

risk
    .WithReference(platform).As("riskservice", riskPassword, postgres)
    .WithReference(messaging)
    .WithReference(gateway).WithReference(utilization).WithReference(bridges)
    .WaitFor(platform).WaitFor(messaging)
    .WithReplicas(2);

bridges
    .WithReference(platform).As("bridgeservice", bridgesPassword, postgres)
    .WithReference(messaging)
    .WithReference(gateway)
    .WaitFor(platform).WaitFor(messaging)
    .WithReplicas(2);

utilization
    .WithReference(platform).As("utilizationservice", utilizationPassword, postgres)
    .WithReference(cache)
    .WithReference(messaging)
    .WithReference(gateway).WithReference(quotes).WithReference(bridges).WithReference(risk)
    .WaitFor(platform).WaitFor(cache).WaitFor(messaging)
    .WithReplicas(2);

realtime
    .WithReference(cache)
    .WithReference(messaging)
    .WithReference(gateway).WithReference(bridges).WithReference(risk).WithReference(utilization)
    .WaitFor(cache).WaitFor(messaging)
    .WithReplicas(2);

gateway
    .WithReference(platform).As("gateway", gatewayPassword, postgres)
    .WithReference(cache)
    .WithReference(messaging)
    .WithReference(quotes).WithReference(risk).WithReference(bridges).WithReference(utilization).WithReference(realtime)
    .WaitFor(platform).WaitFor(cache).WaitFor(messaging).WaitFor(quotes).WaitFor(risk).WaitFor(bridges).WaitFor(utilization).WaitFor(realtime)
    .AsPublicDoor();

// The dashboard: run here by Vite beside the gateway, published as files that the gateway serves.
var dashboard = builder.AddViteApp("dashboard", "../Dashboard")
    .WithEnvironment("SURE_GATEWAY", gateway.GetEndpoint("public"))
    .WithExternalHttpEndpoints()
    .WaitFor(gateway);

gateway.PublishWithContainerFiles(dashboard, PlatformResources.Pages);

// Each service signs its calls of others with a key of its own. It knows those of the services that refer to it, and lets nobody else call it.
builder.AddIdentities(
    (quotes, [utilization, gateway]),
    (risk, [quotes, utilization, realtime, gateway]),
    (bridges, [quotes, risk, utilization, realtime, gateway]),
    (utilization, [quotes, risk, realtime, gateway]),
    (realtime, [gateway]),
    (gateway, [quotes, risk, bridges, utilization, realtime]));

// Run here, Aspire shows what they tell of themselves; published, a value of the chart says where it goes.
builder.AddCollector(quotes, risk, bridges, utilization, realtime, gateway);

builder.Build().Run();

/// <summary>What several resources have in common.</summary>
internal static class PlatformResources
{
    /// <summary>Where a published service listens; run here, Aspire hands out the ports.</summary>
    private const int Port = 8080;

    /// <summary>Where everybody reaches the gateway.</summary>
    private const int PublicPort = 8080;

    /// <summary>Where a published gateway listens for the services.</summary>
    private const int InternalPort = 8081;

    /// <summary>Where a published gateway has the dashboard, beside its settings.</summary>
    public const string Pages = "wwwroot";

    /// <summary>A secret that is generated once and kept in the user secrets of this program.</summary>
    public static IResourceBuilder<ParameterResource> AddPassword(this IDistributedApplicationBuilder builder, string name) =>
        // Letters and digits only: it goes into connection strings, where anything else would need quoting.
        builder.AddParameter(name, new GenerateParameterDefault { MinLength = 40, Special = false }, secret: true, persist: true);

    /// <summary>
    /// Gives every service its private key and the public keys of its callers: made up anew for each run here, asked for when published. A key
    /// is P-256; the private one is PKCS #8, the public one SubjectPublicKeyInfo, both in base64.
    /// </summary>
    public static void AddIdentities(
        this IDistributedApplicationBuilder builder,
        params (IResourceBuilder<ProjectResource> Service, IResourceBuilder<ProjectResource>[] Callers)[] services)
    {
        var isRunHere = !builder.ExecutionContext.IsPublishMode;
        var known = services.ToDictionary(s => s.Service, s =>
        {
            var name = s.Service.Resource.Name;
            if (!isRunHere)
            {
                return (Private: builder.AddParameter($"{name}-identity-key", secret: true), Public: builder.AddParameter($"{name}-identity-public"));
            }

            // All of them are started and stopped together, so that their keys need not outlive them.
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            return (
                Private: builder.AddParameter($"{name}-identity-key", Convert.ToBase64String(key.ExportPkcs8PrivateKey()), secret: true),
                Public: builder.AddParameter($"{name}-identity-public", Convert.ToBase64String(key.ExportSubjectPublicKeyInfo())));
        });
        foreach (var (service, callers) in services)
        {
            service.WithEnvironment("Identity__Key", known[service].Private);
            foreach (var caller in callers)
            {
                service.WithEnvironment($"Identity__Peers__{caller.Resource.Name}", known[caller].Public);
            }
        }
    }

    /// <summary>Published, logs, metrics and traces go to the collector that the chart's <c>otlp_endpoint</c> names; empty, to none.</summary>
    public static void AddCollector(this IDistributedApplicationBuilder builder, params IResourceBuilder<ProjectResource>[] services)
    {
        if (builder.ExecutionContext.IsPublishMode)
        {
            var endpoint = builder.AddParameter("otlp-endpoint", "", publishValueAsDefault: true);
            foreach (var service in services)
            {
                service.WithEnvironment("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint).WithEnvironment("OTEL_SERVICE_NAME", service.Resource.Name);
            }
        }
    }

    /// <summary>Makes the roles and schemas when the server is empty, by the script that its image runs then.</summary>
    public static IResourceBuilder<PostgresServerResource> WithRoles(this IResourceBuilder<PostgresServerResource> postgres, string script)
    {
        if (!postgres.ApplicationBuilder.ExecutionContext.IsPublishMode)
        {
            return postgres.WithInitFiles(script);
        }

        // Published, such files would be a mount of this machine, which the publisher refuses: in Kubernetes the script comes by a ConfigMap.
        return postgres.PublishAsKubernetesService(kubernetes =>
        {
            var file = Path.GetFullPath(script, postgres.ApplicationBuilder.AppHostDirectory);
            var scripts = new ConfigMap { Metadata = { Name = "postgres-roles" } };
            scripts.Data[Path.GetFileName(file)] = File.ReadAllText(file);
            kubernetes.AdditionalResources.Add(scripts);
            var pod = kubernetes.Workload!.PodTemplate.Spec;
            pod.Volumes.Add(new VolumeV1 { Name = "roles", ConfigMap = new ConfigMapVolumeSourceV1 { Name = "postgres-roles" } });
            pod.Containers[0].VolumeMounts.Add(new VolumeMountV1 { Name = "roles", MountPath = "/docker-entrypoint-initdb.d", ReadOnly = true });
        });
    }

    /// <summary>
    /// Lets the service into the database by its own role instead of the server's administrator; call it after the reference, of which it
    /// takes back what would be the administrator's. The password stands alone in a variable too, because the publisher has only such
    /// parameters filled in: within the connection string it would be empty. Two instances of five services, and one more
    /// of each in a rolling update, have at most 225 of the 300 connections that the server takes.
    /// </summary>
    public static IResourceBuilder<ProjectResource> As(
        this IResourceBuilder<ProjectResource> service,
        string role,
        IResourceBuilder<ParameterResource> password,
        IResourceBuilder<PostgresServerResource> server)
    {
        var endpoint = server.Resource.PrimaryEndpoint;
        return service
            .WithEnvironment("ConnectionStrings__platform", ReferenceExpression.Create(
                $"Host={endpoint.Property(EndpointProperty.Host)};Port={endpoint.Property(EndpointProperty.Port)};Username={role};Password={password.Resource};Database=platform;Maximum Pool Size=15"))
            .WithEnvironment("PLATFORM_USERNAME", role)
            .WithEnvironment("PLATFORM_PASSWORD", password)
            .WithEnvironment(context => context.EnvironmentVariables.Remove("PLATFORM_URI"));
    }

    /// <summary>One HTTP endpoint, a health check, and in Kubernetes the probes and limits that the publisher does not write.</summary>
    public static IResourceBuilder<ProjectResource> AsService(this IResourceBuilder<ProjectResource> service)
    {
        var isGateway = service.Resource.Name == "gateway";
        var port = isGateway ? InternalPort : Port;
        if (service.ApplicationBuilder.ExecutionContext.IsPublishMode)
        {
            // The gateway has a listener of its own for the public, so the ports of the rest are said by their address.
            var address = $"http://+:{port}";
            service.WithHttpEndpoint(targetPort: port).WithEnvironment("ASPNETCORE_URLS", address);
        }
        else
        {
            service.WithHttpEndpoint().WithEnvironment("ASPNETCORE_ENVIRONMENT", "Development");
        }

        // Aspire would have every service believe any client that says it comes from elsewhere. The gateway knows whom to believe.
        service.DisableForwardedHeaders();
        return service.WithHttpHealthCheck("/health", endpointName: "http").PublishAsKubernetesService(kubernetes =>
        {
            var pod = kubernetes.Workload!.PodTemplate.Spec;
            // It leaves the Service first, then stopping takes up to 20 s: requests end, clients are told, consumers drain.
            pod.TerminationGracePeriodSeconds = 40;
            pod.SecurityContext = new PodSecurityContextV1 { RunAsNonRoot = true, RunAsUser = 1654, RunAsGroup = 1654 };
            pod.Volumes.Add(new VolumeV1 { Name = "tmp", EmptyDir = new EmptyDirVolumeSourceV1 { SizeLimit = "64Mi" } });
            var container = pod.Containers[0];
            container.VolumeMounts.Add(new VolumeMountV1 { Name = "tmp", MountPath = "/tmp" });
            container.SecurityContext = new SecurityContextV1 { AllowPrivilegeEscalation = false, ReadOnlyRootFilesystem = true };
            // What it begins with must have been there once, within 75 minutes, because a migration may take an hour; afterwards only its own life
            // counts, for it goes on without most of it.
            container.StartupProbe = Probe("/started", port, seconds: 2, failures: 2250);
            container.ReadinessProbe = Probe("/alive", port, seconds: 5, failures: 2);
            container.LivenessProbe = Probe("/alive", port, seconds: 10, failures: 6);
            // A handler has an empty one of each kind from the start, of which Kubernetes takes a single one.
            container.Lifecycle = new LifecycleV1
            {
                PreStop = new LifecycleHandlerV1 { Sleep = new SleepActionV1 { Seconds = 5 }, Exec = null!, HttpGet = null!, TcpSocket = null! },
            };
            container.Resources = new ResourceRequirementsV1
            {
                Requests = { ["cpu"] = "250m", ["memory"] = "256Mi" },
                Limits = { ["memory"] = MemoryOf(service.Resource.Name) },
            };
        });
    }

    /// <summary>The public listener: port 8080 here, an Ingress in Kubernetes.</summary>
    public static IResourceBuilder<ProjectResource> AsPublicDoor(this IResourceBuilder<ProjectResource> gateway)
    {
        if (!gateway.ApplicationBuilder.ExecutionContext.IsPublishMode)
        {
            var keyFile = Path.Combine(gateway.ApplicationBuilder.AppHostDirectory, ".data", "dev-api-key");
            return gateway
                .WithHttpEndpoint(port: PublicPort, name: "public", env: "Gateway__Port")
                .WithExternalHttpEndpoints()
                .WithEnvironment("Platform__DevelopmentKeyFile", keyFile);
        }

        return gateway
            .WithHttpEndpoint(targetPort: PublicPort, name: "public", env: "Gateway__Port")
            .WithEnvironment("Gateway__PagesPath", Pages)
            // The network of the pods, the ingress controller's among them: without what it says of its clients all of them would be one.
            .WithEnvironment("Gateway__TrustedProxies__0", gateway.ApplicationBuilder.AddParameter("gateway-trusted-proxies", "10.0.0.0/8", publishValueAsDefault: true))
            // Makes the first key of a new platform; of no use once there is one.
            .WithEnvironment("Keys__First", gateway.ApplicationBuilder.AddParameter("gateway-first-key", secret: true))
            .WithReplicas(2)
            .PublishAsKubernetesService(kubernetes =>
            {
                var service = new IngressServiceBackendV1
                {
                    Name = kubernetes.Service!.Metadata.Name,
                    Port = new ServiceBackendPortV1 { Number = PublicPort },
                };
                kubernetes.AdditionalResources.Add(new Ingress
                {
                    Metadata = { Name = "sure" },
                    Spec = new IngressSpecV1 { DefaultBackend = new IngressBackendV1 { Service = service } },
                });
            });
    }

    /// <summary>What an instance may have, as in <c>deploy/kubernetes</c>.</summary>
    private static string MemoryOf(string service) => service switch
    {
        "gateway" => "1536Mi",
        "quoteservice" => "768Mi",
        "riskservice" => "2Gi",
        "bridgeservice" => "768Mi",
        _ => "1Gi",
    };

    private static ProbeV1 Probe(string path, int port, int seconds, int failures) => new()
    {
        HttpGet = new HttpGetActionV1 { Path = path, Port = port },
        PeriodSeconds = seconds,
        TimeoutSeconds = 3,
        FailureThreshold = failures,
    };
}
