using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sure.Contracts.Calls;

namespace Sure.Gateway.Tests.Hosts;

/// <summary>The trunks of a <see cref="FakeService"/>, which sends back by them what a client says, with its own name before it.</summary>
public sealed class FakeTrunks
{
    private readonly ConcurrentDictionary<Guid, OpenTrunk> _open = new();
    private int _opened;
    private int _clients;
    private int _others;

    /// <summary>Trunks that are open.</summary>
    public int Open => _open.Count;

    /// <summary>Trunks that were ever opened.</summary>
    public int Opened => Volatile.Read(ref _opened);

    /// <summary>Clients that were sent to by one.</summary>
    public int Clients => Volatile.Read(ref _clients);

    /// <summary>Clients that were not.</summary>
    public int Others => Volatile.Read(ref _others);

    /// <summary>Where it tells clients' gateways that it is; where it was asked, unless a test knows better.</summary>
    public Func<HttpContext, string> Place { get; init; } = PlaceOf;

    /// <summary>Whether it does as if it had no trunk whenever a client comes.</summary>
    public bool Forgets { get; init; }

    /// <summary>A client's way to be sent to; null where none of the trunks that it names is here.</summary>
    public Func<byte, byte[], Task>? Find(HttpContext context)
    {
        var names = context.Request.Headers[Trunk.Header].ToString();
        foreach (var name in Forgets ? [] : names.Split(','))
        {
            if (Trunk.TryParse(name, out var id, out var stream) && _open.TryGetValue(id, out var trunk))
            {
                context.Response.Headers[Trunk.Header] = name;
                Interlocked.Increment(ref _clients);
                return (opcode, payload) => SendAsync(trunk, stream, opcode, payload);
            }
        }

        Interlocked.Increment(ref _others);
        if (names.Length > 0)
        {
            context.Response.Headers[Trunk.InstanceHeader] = Place(context);
        }

        return null;
    }

    /// <summary>A gateway opens one; until it ends.</summary>
    public async Task AcceptAsync(HttpContext context)
    {
        context.Response.Headers.Upgrade = Trunk.Protocol;
        context.Response.Headers[Trunk.InstanceHeader] = PlaceOf(context);
        var id = Guid.ParseExact(context.Request.Headers[Trunk.Header]!, "N");
        var upgraded = new TaskCompletionSource<Stream>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var writing = new SemaphoreSlim(1);
        // Before the answer, as RealtimeService does: whoever has read it may name the trunk.
        _open[id] = new OpenTrunk(upgraded.Task, writing);
        Interlocked.Increment(ref _opened);
        try
        {
            await using var trunk = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
            upgraded.SetResult(trunk);
            while (await trunk.ReadAsync(new byte[Trunk.CreditLength], context.RequestAborted) > 0)
            {
                // What clients have taken is not counted.
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The gateway is gone, or this service.
        }
        finally
        {
            _open.TryRemove(id, out _);
        }
    }

    /// <summary>Sends back what a client says.</summary>
    public static async Task EchoAsync(WebSocket socket, Func<byte, byte[], Task> send, string name, CancellationToken cancellationToken)
    {
        var buffer = new byte[100];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            if (received.MessageType is WebSocketMessageType.Close)
            {
                // RFC 6455, 5.5.1 and 7.4.1: 1000.
                await send(0x88, [0x03, 0xE8]);
                return;
            }

            await send(0x81, Encoding.ASCII.GetBytes($"{name}:{Encoding.ASCII.GetString(buffer, 0, received.Count)}"));
        }
    }

    private static string PlaceOf(HttpContext context) => new IPEndPoint(context.Connection.LocalIpAddress!, context.Connection.LocalPort).ToString();

    /// <summary>A frame of less than 126 bytes.</summary>
    private static async Task SendAsync(OpenTrunk trunk, uint stream, byte opcode, byte[] payload)
    {
        byte[] frame = [opcode, (byte)payload.Length, .. payload];
        var part = new byte[Trunk.LengthOf(1, frame.Length)];
        Trunk.Write(part, [stream], frame);
        await trunk.Writing.WaitAsync();
        try
        {
            var connection = await trunk.Connection;
            await connection.WriteAsync(part);
            await connection.FlushAsync();
        }
        finally
        {
            trunk.Writing.Release();
        }
    }

    private sealed record OpenTrunk(Task<Stream> Connection, SemaphoreSlim Writing);
}
