using System.Net;
using System.Net.Sockets;

namespace Sure.Gateway.Tests.Hosts;

/// <summary>An address where who connects is answered neither yes nor no: there wait already as many to be taken as may, and nobody takes them.</summary>
internal sealed class DeafListener : IDisposable
{
    /// <summary>More than find a place where one may wait: Linux has two.</summary>
    private const int Waiting = 8;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _waiting = [];

    public DeafListener()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(1);
        for (var i = 0; i < Waiting; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            _waiting.Add(socket);
            try
            {
                socket.Connect(_listener.LocalEndPoint!);
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
                // It is on its way, which is where it stays.
            }
        }
    }

    public string Address => $"http://{_listener.LocalEndPoint}";

    public void Dispose()
    {
        _listener.Dispose();
        _waiting.ForEach(s => s.Dispose());
    }
}
