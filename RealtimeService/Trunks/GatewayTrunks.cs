using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Sure.Contracts.Calls;
using Sure.RealtimeService.Connections;
using Sure.ServiceDefaults.Connections;
using Sure.ServiceDefaults.Identity;
using Sure.ServiceDefaults.Problems;

namespace Sure.RealtimeService.Trunks;

/// <summary>The trunks of all gateways, and where they are opened.</summary>
internal sealed class GatewayTrunks
{
    private readonly ConcurrentDictionary<Guid, GatewayTrunk> _open = new();

    /// <summary>The output of a client that came with these names of streams, and which of them it is; null where none of their trunks is here.</summary>
    /// <param name="names">As its gateway gave them, one of each trunk to any instance; null where it gave none.</param>
    /// <param name="lost">Called where the trunk ends before the output is disposed of.</param>
    public (TrunkOutput Output, string Name)? Find(string? names, Action lost)
    {
        foreach (var name in names?.Split(',') ?? [])
        {
            if (Trunk.TryParse(name, out var id, out var stream) && _open.TryGetValue(id, out var trunk) && trunk.Open(stream, lost) is { } output)
            {
                return (output, name);
            }
        }

        return null;
    }

    /// <summary>Where this instance itself is reached, whatever address was asked by: what stands for many of them is passed on the way here.</summary>
    public static string? AddressOf(ConnectionInfo connection) =>
        connection.LocalIpAddress is { } address
            ? new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, connection.LocalPort).ToString()
            : null;

    /// <summary>Maps <see cref="Trunk.Path"/>, for gateways only.</summary>
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet(Trunk.Path, AcceptAsync).RequireService().ExcludeFromDescription();

    private static async Task<IResult> AcceptAsync(HttpContext context, GatewayTrunks trunks)
    {
        if (context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } upgrade
            || context.Request.Headers.Upgrade != Trunk.Protocol
            || !Guid.TryParseExact(context.Request.Headers[Trunk.Header], "N", out var id))
        {
            return Problem.Malformed(field: null, "This is the trunk of a gateway.");
        }

        var after = context.Features.GetRequiredFeature<ConnectionAfterHttp>();
        var trunk = new GatewayTrunk(
            after.Connection, new SocketOutput(after.Connection.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket));
        // Before it is answered: with the answer clients come that name it.
        if (!trunks._open.TryAdd(id, trunk))
        {
            return Problem.Malformed(field: null, "There is such a trunk.");
        }

        after.Hold(new Place(trunks, id));
        context.Response.Headers.Upgrade = Trunk.Protocol;
        context.Response.Headers[Trunk.InstanceHeader] = AddressOf(context.Connection);
        await upgrade.UpgradeAsync();
        after.Then = trunk.RunAsync;
        return Results.Empty;
    }

    /// <summary>Of an open trunk.</summary>
    private sealed class Place(GatewayTrunks trunks, Guid id) : IDisposable
    {
        public void Dispose() => trunks._open.TryRemove(id, out _);
    }
}
