using System.Net.Sockets;
using System.Text;

namespace Sure.LocalHost.Servers;

/// <summary>Asks a server one thing in its own protocol.</summary>
internal static class Wire
{
    /// <summary>The first bytes of its answer; null when it gives none.</summary>
    public static async Task<string?> AskAsync(int port, string request, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(PlatformAddresses.Host, port, cancellationToken);
            var stream = client.GetStream();
            await stream.WriteAsync(Encoding.Latin1.GetBytes(request), cancellationToken);
            var answer = new byte[256];
            var count = await stream.ReadAsync(answer, cancellationToken);
            return count == 0 ? null : Encoding.Latin1.GetString(answer, 0, count);
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return null;
        }
    }
}
