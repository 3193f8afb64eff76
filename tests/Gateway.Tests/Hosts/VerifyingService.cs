using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sure.ServiceDefaults.Identity;

namespace Sure.Gateway.Tests.Hosts;

/// <summary>A service as all are, which believes only the gateway's tokens and tells what they say.</summary>
public sealed class VerifyingService : IAsyncDisposable
{
    private readonly WebApplication _app;

    private VerifyingService(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    public static async Task<VerifyingService> StartAsync(int port, params Uri[] gateway)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Configuration.AddInMemoryCollection(gateway.Select((g, i) => KeyValuePair.Create($"services:gateway:http:{i}", (string?)$"{g}")));
        builder.AddServiceDefaults();
        var app = builder.Build();
        app.MapDefaultEndpoints();
        app.MapGet("/api/v2/ledger/whoami", (HttpContext context) =>
        {
            var caller = context.Caller();
            return new { caller.Subject, caller.ClientId, Scopes = caller.Scopes.Order(), Sources = caller.Sources.Order() };
        }).RequireScope(Scope.Read);
        app.MapGet("/api/v2/pool", (HttpContext context) => new { context.Caller().Subject });
        await app.StartAsync();
        return new VerifyingService(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }
}
