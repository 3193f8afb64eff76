using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Configuration;

namespace Sure.Bench.Quotes;

/// <summary>What a quote's way is measured beside: Kestrel that answers plain text, and YARP that does nothing but forward.</summary>
internal static class QuotePeers
{
    public const string Plaintext = "plaintext";
    public const string Proxy = "proxy";

    /// <summary>Answers every request with a few words; stands for a collector of telemetry too.</summary>
    public static async Task<int> RunPlaintextAsync(string port)
    {
        var app = Builder(port).Build();
        app.MapFallback(() => "Hello, World!");
        await app.RunAsync();
        return 0;
    }

    /// <summary>Forwards everything to <paramref name="destination"/>.</summary>
    public static async Task<int> RunProxyAsync(string port, string destination)
    {
        var builder = Builder(port);
        builder.Services.AddReverseProxy().LoadFromMemory(
            [new RouteConfig { RouteId = "all", ClusterId = "service", Match = new RouteMatch { Path = "/{**path}" } }],
            [
                new ClusterConfig
                {
                    ClusterId = "service",
                    Destinations = new Dictionary<string, DestinationConfig>(StringComparer.Ordinal) { ["only"] = new() { Address = destination } },
                },
            ]);
        var app = builder.Build();
        app.MapReverseProxy();
        await app.RunAsync();
        return 0;
    }

    private static WebApplicationBuilder Builder(string port)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        return builder;
    }
}
