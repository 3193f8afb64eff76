using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;
using Sure.Coordination;
using Sure.Gateway.Callers;
using Sure.Gateway.Hardening;
using Sure.Gateway.Health;
using Sure.Gateway.Keys;
using Sure.Gateway.Listeners;
using Sure.Gateway.Routing;
using Sure.ServiceDefaults.Health;
using Sure.ServiceDefaults.Identity;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace Sure.Gateway;

/// <summary>What this service has and does.</summary>
internal static class GatewaySetup
{
    private static readonly string[] ExposedHeaders = ["Location", "Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"];

    public static void AddGateway(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<GatewayOptions>().BindConfiguration(GatewayOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.AddListeners();

        builder.AddNpgsqlDataSource("platform");
        builder.AddSchema();
        builder.Services.GoesOnWithout("PostgreSql", "schema");

        builder.AddKeys();
        builder.AddTokens();
        builder.AddProxy();
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<PlatformWatch>(
            services, new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })));

        builder.Services.AddCors();
        builder.Services.AddOptions<CorsOptions>().Configure<IOptions<GatewayOptions>>((cors, gateway) => cors.AddDefaultPolicy(policy => policy
            .WithOrigins([.. gateway.Value.AllowedOrigins]).AllowAnyMethod().AllowAnyHeader().WithExposedHeaders(ExposedHeaders)));
    }

    /// <summary>What every request goes through before anything else happens to it.</summary>
    public static void UseFrontDoor(this WebApplication app)
    {
        app.Use(static (context, next) =>
        {
            context.Request.Headers.Remove(InternalToken.Header);
            AnswerHeaders.Attach(context);
            return next(context);
        });
        app.UseCors();
    }

    public static void MapGateway(this WebApplication app)
    {
        app.Use(static (context, next) =>
        {
            if (PathGuard.IsPlain(context))
            {
                return next(context);
            }

            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
        app.MapSigningKeys();
        app.MapPlatformState();
        app.MapReverseProxy(proxy =>
        {
            var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Sure.Gateway.Routing");
            var sockets = app.Services.GetRequiredService<SocketGrace>();
            proxy.Use(app.Services.GetRequiredService<BodyLimit>().HandleAsync);
            proxy.Use(CallerCheck.HandleAsync);
            proxy.Use(sockets.HandleAsync);
            proxy.Use((context, next) => ServiceFailures.HandleAsync(context, next, logger));
            proxy.UseLoadBalancing();
        }).OnPublicListener();
    }

    private static void AddKeys(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<KeyOptions>().BindConfiguration("Keys").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<ApiKeyStore>();
        builder.Services.AddSingleton<KeyRing>();
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
    }

    private static void AddProxy(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<BodyLimit>();
        builder.Services.AddSingleton<SocketGrace>();
        builder.Services.AddSingleton<IDestinationResolver, ServiceDestinations>();
        builder.Services.AddReverseProxy()
            .LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"))
            .AddTransforms<CallerTransform>();
        builder.Services.AddSingleton<IForwarderHttpClientFactory, ServiceClients>();
    }
}
