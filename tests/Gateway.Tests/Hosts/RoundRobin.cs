using System.Net;
using System.Net.Sockets;

namespace Sure.Gateway.Tests.Hosts;

/// <summary>One address for several instances of a service: each connection goes to the next of them that takes it, as a balancer's does.</summary>
internal sealed class RoundRobin : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _over = new();
    private readonly IReadOnlyList<Uri> _instances;
    private readonly Task _accepting;
    private int _next;

    public RoundRobin(params IEnumerable<string> instances)
    {
        _instances = [.. instances.Select(i => new Uri(i))];
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address => $"http://{_listener.LocalEndpoint}";

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _over.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ForwardAsync(await _listener.AcceptTcpClientAsync(_over.Token));
            }
        }
        catch (OperationCanceledException)
        {
            // It is over.
        }
    }

    private async Task ForwardAsync(TcpClient near)
    {
        using (near)
        using (var far = new TcpClient { NoDelay = true })
        {
            try
            {
                near.NoDelay = true;
                await ConnectAsync(far);
                // Where either ends, so does the other.
                await Task.WhenAny(
                    near.GetStream().CopyToAsync(far.GetStream(), _over.Token), far.GetStream().CopyToAsync(near.GetStream(), _over.Token));
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException)
            {
                // There is nobody left, or it is over.
            }
        }
    }

    private async Task ConnectAsync(TcpClient far)
    {
        for (var left = _instances.Count; ; left--)
        {
            var instance = _instances[(Interlocked.Increment(ref _next) & int.MaxValue) % _instances.Count];
            try
            {
                await far.ConnectAsync(instance.Host, instance.Port, _over.Token);
                return;
            }
            catch (SocketException) when (left > 1)
            {
                // This one is away.
            }
        }
    }
}
