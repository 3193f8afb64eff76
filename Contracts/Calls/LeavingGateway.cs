namespace Sure.Contracts.Calls;

/// <summary>
/// A gateway that stops, told in Redis to all instances of RealtimeService: each sends away the clients that came by it. The gateway cannot
/// ask them one by one, for behind the one address it has of them there may be many.
/// </summary>
public static class LeavingGateway
{
    /// <summary>Header of a WebSocket's upgrade: the id of the gateway it comes by, another one with every start.</summary>
    public const string Header = "X-Sure-Gateway";

    /// <summary>The channel of Redis; the message is the id.</summary>
    public const string Channel = "{realtime}:leaving-gateway";
}
