using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Sure.Coordination;
using Sure.Coordination.Audit;
using Sure.Gateway.Audit;
using Sure.Gateway.Callers;
using Sure.Gateway.Description;
using Sure.Gateway.Hardening;
using Sure.Gateway.Health;
using Sure.Gateway.Keys;
using Sure.Gateway.Limits;
using Sure.Gateway.Listeners;
using Sure.Gateway.Pages;
using Sure.Gateway.Routing;
using Sure.Gateway.Telemetry;
using Sure.Gateway.Trunks;
using Sure.Gateway.Webhooks;
using Sure.ServiceDefaults.Description;
using Sure.ServiceDefaults.Health;
using Sure.ServiceDefaults.Identity;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace Sure.Gateway;

/// <summary>What this service has and does.</summary>
internal static class GatewaySetup
{
    private static readonly string[] ExposedHeaders = ["Location", "Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"];

    public static void AddGateway(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<GatewayOptions>().BindConfiguration(GatewayOptions.Section).ValidateDataAnnotations()
            .Validate(o => Networks.AreValid([.. o.TrustedProxies, .. o.AdminNetworks]), "Gateway:TrustedProxies and Gateway:AdminNetworks must be addresses or networks like 10.0.0.0/8.")
            // The framework's own reading of it comes before all of ours, limits and admin networks included.
            .Validate<IConfiguration>(
                (_, settings) => !string.Equals(settings["ForwardedHeaders_Enabled"], "true", StringComparison.OrdinalIgnoreCase),
                "ASPNETCORE_FORWARDEDHEADERS_ENABLED lets every client say where it comes from; name the proxies that may in Gateway:TrustedProxies instead.")
            .ValidateOnStart();
        builder.AddListeners();
        // Its lines have the whole request target, and with it the token of a WebSocket; no setting may turn them on.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);

        builder.AddSchema();
        builder.AddRedisClient("cache", configureOptions: redis =>
        {
            // While Redis is away every instance counts alone; nothing queues up for it.
            redis.BacklogPolicy = BacklogPolicy.FailFast;
            redis.ReconnectRetryPolicy = new LinearRetry(500);
        });
        builder.Services.GoesOnWithout("PostgreSql", "schema", "StackExchange.Redis", CoordinationSetup.BrokerCheck);

        builder.AddTraces();
        builder.AddKeys();
        builder.AddTokens();
        builder.AddAudit();
        builder.AddLimits();
        builder.AddProxy();
        builder.AddWebhooks();
        builder.AddOutbox();
        builder.AddEventBus("messaging");
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<PlatformWatch>(services, CreateServiceClient()));

        builder.AddDescription();

        builder.Services.AddCors();
        builder.Services.AddOptions<CorsOptions>().Configure<IOptions<GatewayOptions>>((cors, gateway) => cors.AddDefaultPolicy(policy => policy
            .WithOrigins([.. gateway.Value.AllowedOrigins]).AllowAnyMethod().AllowAnyHeader().WithExposedHeaders(ExposedHeaders)));
    }

    /// <summary>
    /// What every request goes through before anything else happens to it. It is counted before anything is refused, apart from what is
    /// more than can be worked on; preflights of browsers, which are no requests of a client, are answered before that.
    /// </summary>
    public static void UseFrontDoor(this WebApplication app)
    {
        app.Use(static (context, next) =>
        {
            context.Request.Headers.Remove(InternalToken.Header);
            if (!context.IsInternal())
            {
                context.Request.Headers.Remove(InternalToken.ServiceHeader);
            }

            AnswerHeaders.Attach(context);
            return next(context);
        });
        app.UseForwardedAddresses();
        app.Use(app.Services.GetRequiredService<RequestLog>().HandleAsync);
        app.UseProblems();
        app.UseCors();
        app.UsePages();
        app.Use(app.Services.GetRequiredService<LoadShedding>().HandleAsync);
        app.Use(app.Services.GetRequiredService<CallerFinder>().HandleAsync);
        app.Use(app.Services.GetRequiredService<LimitCheck>().HandleAsync);
        app.Use(app.Services.GetRequiredService<CallerFinder>().AdmitAsync);
        app.Use(LengthGuard.HandleAsync);
        app.Use(PathGuard.HandleAsync);
        app.Use(CharsetGuard.HandleAsync);
        app.Use(app.Services.GetRequiredService<BodyLimit>().HandleAsync);
        app.Use(app.Services.GetRequiredService<BatchCheck>().HandleAsync);
    }

    public static void MapGateway(this WebApplication app)
    {
        app.MapSigningKeys();
        app.MapTokenQuestions();
        app.MapPlatformState();
        app.MapApiKeys();
        app.MapAuditTrail();
        app.MapDescription();
        app.MapWebhooks();
        app.MapReverseProxy(proxy =>
        {
            var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Sure.Gateway.Routing");
            var sockets = app.Services.GetRequiredService<SocketGrace>();
            proxy.Use(NotedRoutes.HandleAsync);
            proxy.Use(app.Services.GetRequiredService<LoadShedding>().HandleServiceAsync);
            proxy.Use(sockets.HandleAsync);
            proxy.Use(RelayedUpgrade.OfferAsync);
            proxy.Use((context, next) => ServiceFailures.HandleAsync(context, next, logger));
            proxy.UseLoadBalancing();
        }).OnPublicListener();
    }

    /// <summary>Behind proxies that are trusted the address is what they say it is.</summary>
    private static void UseForwardedAddresses(this WebApplication app)
    {
        var proxies = app.Services.GetRequiredService<TrustedProxies>().Networks;
        if (proxies.IsEmpty)
        {
            return;
        }

        var forwarded = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = null };
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var network in proxies.All)
        {
            forwarded.KnownIPNetworks.Add(network);
        }

        app.UseForwardedHeaders(forwarded);
    }

    private static void AddAudit(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<AuditTrail>();
        builder.Services.AddHttpClient(AuditTrailEndpoints.ClientName, client => client.Timeout = TimeSpan.FromSeconds(5));
        builder.Services.AddSingleton<RequestLog>();
        builder.Services.AddSingleton<SecurityWatch>();
        builder.Services.AddHostedService(services => services.GetRequiredService<SecurityWatch>());
    }

    private static void AddLimits(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<LimitOptions>().BindConfiguration("Limits").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<SharedCounts>();
        builder.Services.AddSingleton<RateLimiter>();
        builder.Services.AddSingleton<LimitCheck>();
        builder.Services.AddSingleton<BatchCheck>();
        builder.Services.AddSingleton<LoadShedding>();
    }

    private static void AddDescription(this WebApplicationBuilder builder)
    {
        builder.Services.Configure<OpenApiOptions>(ApiDescription.Document, options => options
            .AddDocumentTransformer<HealthOperation>()
            .AddSchemaTransformer<HealthOperation>());
        builder.Services
            .DescribeBounds<NewKeyRequest>(bounds => bounds
                .Text("subject", ApiKeyEndpoints.LongestText)
                .Items("scopes", 1).OneOf("scopes[]", Scope.All)
                .Items("sources", fewest: null, ApiKeyEndpoints.MostSources).Text("sources[]", ApiKeyEndpoints.LongestSource)
                .Range("limit_scale", ApiKeyEndpoints.LeastScale, ApiKeyEndpoints.LargestScale)
                .Text("label", ApiKeyEndpoints.LongestText, shortest: 0))
            .DescribeBounds<WebhookRequest>(bounds => bounds.Text("url", TargetPolicy.LongestUrl).Items("events", 1));
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<ApiDocuments>(services, CreateServiceClient()));
        builder.Services.AddHostedService(services => services.GetRequiredService<ApiDocuments>());
    }

    private static void AddKeys(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<KeyOptions>().BindConfiguration("Keys").ValidateDataAnnotations()
            .Validate(o => FirstKey.IsGoodOrNone(o.First), "Keys:First must be sure_, 12 lower-case hexadecimal digits, _ and 43 random letters of base64url.")
            .ValidateOnStart();
        builder.Services.AddSingleton<ApiKeyStore>();
        builder.Services.AddSingleton<KeyRing>();
        builder.Services.AddSingleton<KeyUses>();
        builder.Services.AddHostedService(services => services.GetRequiredService<KeyUses>());
        builder.Services.AddHostedService<FirstKey>();
        if (builder.Environment.IsDevelopment() && builder.Configuration[DevelopmentKey.Setting] is { Length: > 0 } file)
        {
            builder.Services.AddHostedService(services => ActivatorUtilities.CreateInstance<DevelopmentKey>(services, file));
        }
    }

    private static void AddTokens(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<SigningKey>();
        builder.Services.AddSingleton<SigningKeyStore>();
        builder.Services.AddSingleton<KeyPublisher>();
        builder.Services.AddHostedService(services => services.GetRequiredService<KeyPublisher>());
        builder.Services.AddSingleton<CallerTokens>();
        TokenSchemes.Add(builder);
        builder.Services.AddSingleton<CallerFinder>();
    }

    /// <summary>Asks one instance of a service directly.</summary>
    private static HttpMessageInvoker CreateServiceClient() => new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });

    private static void AddProxy(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<BodyLimit>();
        builder.Services.AddSingleton<SocketGrace>();
        builder.Services.AddHostedService(services => services.GetRequiredService<SocketGrace>());
        builder.Services.AddSingleton<IDestinationResolver, ServiceDestinations>();
        builder.Services.AddSingleton<ServiceTrunks>();
        builder.Services.AddSingleton<FewestSockets>();
        builder.Services.AddSingleton<ILoadBalancingPolicy>(services => services.GetRequiredService<FewestSockets>());
        builder.Services.AddReverseProxy()
            .LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"))
            .AddTransforms<CallerTransform>()
            .AddTransforms(RelayedUpgrade.Transform);
        builder.Services.AddSingleton<IForwarderHttpClientFactory, ServiceClients>();
    }
}
