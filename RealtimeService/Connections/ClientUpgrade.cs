using Microsoft.AspNetCore.Http.Features;

namespace Sure.RealtimeService.Connections;

/// <summary>Puts a <see cref="ClientStream"/> under the WebSocket that is about to be accepted, and knows who was.</summary>
internal sealed class ClientUpgrade(HttpContext context, IHttpUpgradeFeature inner, TimeProvider time) : IHttpUpgradeFeature
{
    /// <summary>The stream, once the WebSocket was accepted.</summary>
    public ClientStream? Stream { get; private set; }

    /// <summary>The address for which a place was taken in the registry; null while none was.</summary>
    public string? Place { get; set; }

    /// <summary>Who was accepted; null while nobody was.</summary>
    public ClientConnection? Client { get; set; }

    public bool IsUpgradableRequest => inner.IsUpgradableRequest;

    public async Task<Stream> UpgradeAsync()
    {
        var upgraded = await inner.UpgradeAsync();
        return Stream = new ClientStream(upgraded, SocketOutput.Of(context, upgraded), time);
    }
}
