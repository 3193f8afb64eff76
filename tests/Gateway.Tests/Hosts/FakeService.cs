using System.Collections.Concurrent;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sure.Contracts.Calls;

namespace Sure.Gateway.Tests.Hosts;

/// <summary>A service that answers everything and remembers what reached it.</summary>
public sealed class FakeService : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeService(WebApplication app, string name)
    {
        _app = app;
        Name = name;
    }

    public string Name { get; }

    public string Address => _app.Urls.Single();

    /// <summary>The WebSockets that were accepted.</summary>
    public ConcurrentQueue<WebSocket> Sockets { get; } = new();

    /// <summary>What reached it, questions for its health and its events apart.</summary>
    public ConcurrentQueue<Arrival> Arrivals { get; } = new();

    /// <summary>What <c>/health</c> answers.</summary>
    public string Health { get; set; } = """{"status":"healthy","service":"fake","version":"1","checks":{"self":{"status":"healthy","description":null}},"timestamp":1}""";

    public int HealthStatus { get; set; } = StatusCodes.Status200OK;

    public int HealthQuestions { get; private set; }

    public Func<HttpContext, Task>? Answer { get; set; }

    /// <summary>Whether it takes connections and requests and answers none.</summary>
    public bool Hangs { get; set; }

    /// <summary>Whether it answers all but who asks for a WebSocket.</summary>
    public bool KeepsSocketsWaiting { get; set; }

    /// <summary>Whether it has no place for a WebSocket.</summary>
    public bool RefusesSockets { get; set; }

    /// <summary>Its trunks; null where it has none to offer.</summary>
    public FakeTrunks? Trunks { get; init; }

    /// <summary>Starts one that has no trunks.</summary>
    public static Task<FakeService> StartAsync(string name) => StartAsync(name, trunks: null);

    /// <param name="name">Its name.</param>
    /// <param name="trunks">Its trunks; null where it has none to offer.</param>
    /// <param name="host">The address on which it listens.</param>
    public static async Task<FakeService> StartAsync(string name, FakeTrunks? trunks, string host = "127.0.0.1")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://{host}:0");
        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        var service = new FakeService(app, name) { Trunks = trunks };
        app.UseWebSockets();
        app.Run(service.HandleAsync);
        await app.StartAsync();
        return service;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    /// <summary>Until whoever asked has given up.</summary>
    private static async Task HangAsync(HttpContext context) =>
        await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task HandleAsync(HttpContext context)
    {
        if (Hangs)
        {
            await HangAsync(context);
            return;
        }

        if (context.Request.Path == "/alive")
        {
            return;
        }

        if (context.Request.Path == "/health")
        {
            HealthQuestions++;
            context.Response.StatusCode = HealthStatus;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(Health);
            return;
        }

        if (context.Request.Path == "/internal/events")
        {
            // It has never told anything.
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync($$"""{"producer":"{{Name}}","first_sequence":1,"last_sequence":0,"events":[]}""");
            return;
        }

        if (context.Request.Path == Trunk.Path && Trunks is not null)
        {
            await Trunks.AcceptAsync(context);
            return;
        }

        if (context.Request.Path.StartsWithSegments("/internal/openapi", StringComparison.Ordinal) || context.Request.Path == Trunk.Path)
        {
            // The gateway asks for it whenever it likes, and goes on without it.
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        Arrivals.Enqueue(new Arrival(
            context.Request.Method,
            context.Features.Get<IHttpRequestFeature>()!.RawTarget,
            context.Request.Protocol,
            context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
        if (context.WebSockets.IsWebSocketRequest && RefusesSockets)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        }
        else if (context.WebSockets.IsWebSocketRequest && KeepsSocketsWaiting)
        {
            await HangAsync(context);
        }
        else if (context.WebSockets.IsWebSocketRequest)
        {
            await EchoAsync(context);
        }
        else if (Answer is { } answer)
        {
            await answer(context);
        }
        else
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync($$"""{"service":"{{Name}}"}""");
        }
    }

    private async Task EchoAsync(HttpContext context)
    {
        var byTrunk = Trunks?.Find(context);
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        Sockets.Enqueue(socket);
        if (byTrunk is not null)
        {
            await FakeTrunks.EchoAsync(socket, byTrunk, Name, context.RequestAborted);
            return;
        }

        var buffer = new byte[4096];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
            if (received.MessageType is WebSocketMessageType.Close)
            {
                if (socket.State is WebSocketState.CloseReceived)
                {
                    await socket.CloseAsync((WebSocketCloseStatus)4008, "slow_consumer", context.RequestAborted);
                }

                return;
            }

            await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, context.RequestAborted);
        }
    }
}

/// <summary>A request as a service got it.</summary>
public sealed record Arrival(string Method, string Target, string Protocol, IReadOnlyDictionary<string, string> Headers);
