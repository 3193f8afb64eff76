using System.Globalization;
using System.Net.WebSockets;

namespace Sure.RealtimeService.Protocol;

/// <summary>What was agreed about compressing messages (RFC 7692, 7.1).</summary>
internal static class Compression
{
    private const string Name = "permessage-deflate";

    /// <summary>Reads what the answer to the handshake says; null where messages are not compressed.</summary>
    /// <param name="extensions">Its <c>Sec-WebSocket-Extensions</c>.</param>
    public static WebSocketDeflateOptions? Of(string? extensions)
    {
        if (extensions?.Split(';', StringSplitOptions.TrimEntries) is not [Name, .. var parameters])
        {
            return null;
        }

        var agreed = new WebSocketDeflateOptions();
        foreach (var parameter in parameters)
        {
            var bits = parameter.Split('=') is [_, var number] ? int.Parse(number, CultureInfo.InvariantCulture) : 0;
            switch (parameter.Split('=')[0])
            {
                case "client_no_context_takeover":
                    agreed.ClientContextTakeover = false;
                    break;
                case "server_no_context_takeover":
                    agreed.ServerContextTakeover = false;
                    break;
                case "client_max_window_bits":
                    agreed.ClientMaxWindowBits = bits;
                    break;
                case "server_max_window_bits":
                    agreed.ServerMaxWindowBits = bits;
                    break;
                default:
                    throw new FormatException($"{parameter} is no parameter of {Name}.");
            }
        }

        return agreed;
    }
}
