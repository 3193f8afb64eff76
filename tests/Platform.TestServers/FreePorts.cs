using System.Net;
using System.Net.Sockets;

namespace Sure.TestServers;

/// <summary>Ports for what has to be told its own.</summary>
public static class FreePorts
{
    /// <summary>A port that nobody listens on.</summary>
    public static int One()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Such a port of this machine as an address for HTTP.</summary>
    public static Uri Address() => new($"http://127.0.0.1:{One()}");
}
