using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Sure.Coordination;
using Sure.Coordination.Migrations;

namespace Sure.Gateway.Webhooks;

/// <summary>What webhooks need.</summary>
internal static class WebhookSetup
{
    private const int Fineness = 1 << 20;

    public static void AddWebhooks(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<WebhookOptions>().BindConfiguration("Webhooks").ValidateDataAnnotations()
            .Validate(options => !options.Faults().Any(), "Webhooks:AllowedNetworks must hold networks such as 10.1.2.0/24.")
            .ValidateOnStart();
        builder.Services.AddSingleton<HostResolver>(Dns.GetHostAddressesAsync);
        builder.Services.AddSingleton<TargetPolicy>();
        builder.Services.AddSingleton<WebhookStore>();
        builder.Services.AddSingleton<DeliveryStore>();
        builder.Services.AddSingleton<WebhookSender>();
        builder.Services.AddHostedService(services => new WebhookPump(
            services.GetRequiredService<DeliveryStore>(),
            services.GetRequiredService<WebhookSender>(),
            services.GetRequiredService<SchemaReady>(),
            services.GetRequiredService<IOptions<WebhookOptions>>(),
            () => RandomNumberGenerator.GetInt32(Fineness) / (double)Fineness,
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<WebhookPump>>()));
        builder.AddMonitor<WebhookLogMonitor>();
        // Asked for every second (Intake:CatchUpInterval) besides what the broker sends: the public door depends on one server less.
        builder.AddIntake<WebhookIntake>(WebhookIntake.Producers);
    }
}
