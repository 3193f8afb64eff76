using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sure.TestServers;

namespace Sure.Coordination.Tests;

/// <summary>Where the environment names a proxy, what is inside passes by it and what is outside goes through it.</summary>
public sealed class ProxyTests
{
    [Fact]
    public async Task Services_reach_each_other_though_the_proxy_of_the_environment_is_dead()
    {
        await using var called = await StartAsync([]);
        await using var caller = await StartAsync([]);
        var answer = await WithProxyAsync(called.Client.BaseAddress!.Authority, new Uri("http://127.0.0.1:1"), async () =>
        {
            using var client = caller.Services.GetRequiredService<IHttpClientFactory>().CreateClient("called");
            return await client.GetStringAsync(new Uri(called.Client.BaseAddress!, "/work"), TestContext.Current.CancellationToken);
        });

        Assert.Equal("done", answer);
    }

    [Fact]
    public async Task Telemetry_goes_to_its_collector_through_the_proxy_of_the_environment()
    {
        var asked = new ConcurrentQueue<string>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var proxy = builder.Build();
        proxy.Run(request =>
        {
            asked.Enqueue($"{request.Request.Host}{request.Request.Path}");
            return Task.CompletedTask;
        });
        await proxy.StartAsync(TestContext.Current.CancellationToken);

        await WithProxyAsync("collector.example.invalid:4318", new Uri(proxy.Urls.Single()), async () =>
        {
            // What is kept back is sent when it ends.
            await using var told = await StartAsync(new()
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://collector.example.invalid:4318",
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            });
            told.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Sure.Tests").LogWarning("A line.");
            using var source = new ActivitySource("Sure.Tests");
            using var work = source.StartActivity("work");
            return "done";
        });

        Assert.Equal(
            ["collector.example.invalid:4318/v1/logs", "collector.example.invalid:4318/v1/metrics", "collector.example.invalid:4318/v1/traces"],
            asked.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    private static Task<TestService> StartAsync(Dictionary<string, string?> settings) => TestService.StartAsync(
        "Coordination.Tests",
        new Dictionary<string, string?>(settings) { ["Identity:Name"] = "producer" },
        _ => { },
        app => app.MapGet("/work", () => "done").AllowAnonymous());

    /// <summary>As HTTP_PROXY does, but for one address alone: other tests of this process keep theirs.</summary>
    private static async Task<string> WithProxyAsync(string authority, Uri proxy, Func<Task<string>> work)
    {
        var before = HttpClient.DefaultProxy;
        HttpClient.DefaultProxy = new ProxyOf(authority, proxy);
        try
        {
            return await work();
        }
        finally
        {
            HttpClient.DefaultProxy = before;
        }
    }

    private sealed class ProxyOf(string authority, Uri proxy) : IWebProxy
    {
        public ICredentials? Credentials { get; set; }

        public Uri GetProxy(Uri destination) => proxy;

        public bool IsBypassed(Uri host) => host.Authority != authority;
    }
}
