using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Sure.Coordination;
using Sure.RealtimeService.Channels;
using Sure.RealtimeService.Connections;
using Sure.RealtimeService.Description;
using Sure.RealtimeService.Identity;
using Sure.RealtimeService.Streams;
using Sure.RealtimeService.Trunks;
using Sure.ServiceDefaults.Connections;
using Sure.ServiceDefaults.Health;

namespace Sure.RealtimeService;

/// <summary>What this service has and does.</summary>
internal static class RealtimeServiceSetup
{
    public static void AddRealtimeService(this IHostApplicationBuilder builder)
    {
        builder.AddRedisClient("cache", configureOptions: redis =>
        {
            // What cannot be appended now waits in the broker's queue, not here.
            redis.BacklogPolicy = BacklogPolicy.FailFast;
            redis.ReconnectRetryPolicy = new LinearRetry(500);
        });
        builder.Services.GoesOnWithout("StackExchange.Redis", CoordinationSetup.BrokerCheck);
        builder.Services.AddHealthChecks().AddCheck<StreamsHealthCheck>(StreamsHealthCheck.Name, tags: [PlatformHealth.Start]);
        builder.Services.AddOptions<RealtimeOptions>().BindConfiguration("Realtime").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton(LimitScale.From(builder.Configuration));

        builder.Services.AddSingleton<RealtimeMetrics>();
        builder.Services.AddSingleton<ChannelFeeds>();
        builder.Services.AddSingleton<AllowedOrigins>();
        builder.Services.AddHttpClient(TokenCheck.ClientName, client => client.BaseAddress = new Uri("http://gateway"));
        builder.Services.AddSingleton<TokenCheck>();
        builder.Services.AddSingleton(services => new ClientSurroundings(
            services.GetRequiredService<ChannelFeeds>(),
            services.GetRequiredService<IOptions<RealtimeOptions>>().Value,
            services.GetRequiredService<LimitScale>().Of(services.GetRequiredService<IOptions<RealtimeOptions>>().Value.MessagesPerSecond),
            services.GetRequiredService<TokenCheck>(),
            services.GetRequiredService<RealtimeMetrics>(),
            services.GetRequiredService<ILogger<ClientConnection>>(),
            services.GetRequiredService<TimeProvider>()));
        builder.Services.Configure<SocketTransportOptions>(SocketOutput.Prepare);
        builder.Services.AddSingleton<ConnectionRegistry>();
        builder.Services.AddSingleton<GatewayTrunks>();
        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.ConfigureEndpointDefaults(listener => listener.UseConnectionAfterHttp()));
        builder.Services.AddHttpClient(StreamSink.ClientName);
        builder.Services.AddHostedService<StreamFollower>();
        builder.Services.AddHostedService<ConnectionKeeper>();
        builder.Services.AddHostedService<Drain>();

        builder.AddIntake<StreamSink>("bridgeservice", "riskservice", "utilizationservice");
        builder.AddEventBus("messaging");
    }

    public static void MapRealtimeService(this WebApplication app)
    {
        app.MapWebSocket();
        GatewayTrunks.Map(app);
        app.MapDescription();
    }
}
