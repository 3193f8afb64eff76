using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Sure.TestServers;

/// <summary>Ports for what has to be told its own.</summary>
public static class FreePorts
{
    /// <summary>Below them are those of well-known programs.</summary>
    private const int First = 10_000;

    /// <summary>From here on LocalHost gives ports, and beyond those the system takes them for outgoing connections.</summary>
    private const int End = 20_000;

    /// <summary>What names them where programs run side by side, each with its own: the first, a hyphen and the first beyond them.</summary>
    private const string Variable = "SURE_TEST_PORTS";

    private static readonly Range Own = Environment.GetEnvironmentVariable(Variable)?.Split('-') is [var first, var end]
        ? int.Parse(first, CultureInfo.InvariantCulture)..int.Parse(end, CultureInfo.InvariantCulture)
        : First..End;

    private static readonly Lock Lock = new();
    private static readonly Random Random = new();
    private static readonly HashSet<int> Given = [];

    /// <summary>A port that nobody listens on and that this process has not been given before; the first of <paramref name="neighbours"/> such.</summary>
    public static int One(int neighbours = 1)
    {
        lock (Lock)
        {
            IEnumerable<int> ports;
            do
            {
                ports = Enumerable.Range(Random.Next(Own.Start.Value, Own.End.Value - neighbours + 1), neighbours);
            }
            while (Given.Overlaps(ports) || !ports.All(IsFree));

            Given.UnionWith(ports);
            return ports.First();
        }
    }

    /// <summary>Such a port of this machine as an address for HTTP.</summary>
    public static Uri Address() => new($"http://127.0.0.1:{One()}");

    private static bool IsFree(int port)
    {
        using var probe = new TcpListener(IPAddress.Loopback, port);
        try
        {
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
