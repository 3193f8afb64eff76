using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Sure.Bench.Fanout;

/// <summary>Fan-out as one would write it with the framework: a WebSocket and a bounded channel per connection, or SignalR.</summary>
internal static class DotNetPeers
{
    public const string Managed = "managed";
    public const string SignalR = "signalr";

    public static async Task<int> RunAsync(string peer, string port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Services.AddSignalR(hub => hub.ClientTimeoutInterval = TimeSpan.FromHours(1));
        var app = builder.Build();
        app.MapGet("/", () => "ready");
        if (peer == SignalR)
        {
            app.MapHub<BroadcastHub>("/live");
            app.MapPost("/publish", PublishBySignalRAsync);
        }
        else
        {
            var listeners = new ConcurrentDictionary<Channel<byte[]>, bool>();
            app.UseWebSockets();
            app.MapGet("/live", context => ServeAsync(context, listeners));
            app.MapPost("/publish", async (HttpRequest request, int times) =>
            {
                var message = Encoding.UTF8.GetBytes(await BodyOfAsync(request));
                for (var i = 0; i < times; i++)
                {
                    foreach (var listener in listeners.Keys)
                    {
                        listener.Writer.TryWrite(message);
                    }
                }
            });
        }

        await app.RunAsync();
        return 0;
    }

    private static async Task PublishBySignalRAsync(HttpRequest request, int times, IHubContext<BroadcastHub> hub)
    {
        var message = JsonDocument.Parse(await BodyOfAsync(request)).RootElement;
        for (var i = 0; i < times; i++)
        {
            await hub.Clients.All.SendAsync("message", message);
        }
    }

    private static async Task ServeAsync(HttpContext context, ConcurrentDictionary<Channel<byte[]>, bool> listeners)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var queue = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(256) { SingleReader = true });
        listeners[queue] = true;
        try
        {
            await foreach (var message in queue.Reader.ReadAllAsync(context.RequestAborted))
            {
                await socket.SendAsync(message.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, context.RequestAborted);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException)
        {
            // The client is gone.
        }
        finally
        {
            listeners.TryRemove(queue, out _);
        }
    }

    private static async Task<string> BodyOfAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        return await reader.ReadToEndAsync();
    }

    private sealed class BroadcastHub : Hub;
}
