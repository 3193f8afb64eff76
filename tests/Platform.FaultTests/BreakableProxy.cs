using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Sure.FaultTests;

/// <summary>Stands between two parts of the platform and passes their bytes on, until it is told to lose them or to break connections.</summary>
internal sealed class BreakableProxy : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly Func<int> _target;
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentDictionary<Link, Task> _links = new();
    private readonly Task _accepting;
    private volatile TaskCompletionSource? _held;
    private volatile bool _refuses;

    /// <param name="port">Where it listens.</param>
    /// <param name="target">The port that it leads to, asked anew for each connection.</param>
    public BreakableProxy(int port, Func<int> target)
    {
        Port = port;
        _target = target;
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Resets every connection, and for a while each new one.</summary>
    public async Task ResetAsync(TimeSpan refusing)
    {
        _refuses = true;
        foreach (var link in _links.Keys)
        {
            link.Reset();
        }

        await Task.Delay(refusing, TimeProvider.System, TestContext.Current.CancellationToken);
        _refuses = false;
    }

    /// <summary>For a while nothing gets through and nobody is told: what a network does that drops packets. Then all of it arrives.</summary>
    public async Task StallAsync(TimeSpan silent)
    {
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _held = held;
        await Task.Delay(silent, TimeProvider.System, TestContext.Current.CancellationToken);
        _held = null;
        held.SetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Stop();
        _held?.TrySetResult();
        foreach (var link in _links.Keys)
        {
            link.Reset();
        }

        await _accepting;
        await Task.WhenAll(_links.Values);
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_ending.IsCancellationRequested)
        {
            try
            {
                var link = new Link(await _listener.AcceptSocketAsync(_ending.Token));
                _links[link] = LinkAsync(link);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // Ending, or whoever knocked has gone.
            }
        }
    }

    private async Task LinkAsync(Link link)
    {
        await Task.Yield();
        try
        {
            if (!_refuses)
            {
                await PassAsync();
                await link.Far.ConnectAsync(IPAddress.Loopback, _target(), _ending.Token);
                await Task.WhenAll(PumpAsync(link, link.Near, link.Far), PumpAsync(link, link.Far, link.Near));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException or IOException)
        {
            // One side is gone; the other one learns of it below.
        }
        finally
        {
            link.Reset();
            _links.TryRemove(link, out _);
        }
    }

    private async Task PumpAsync(Link link, Socket from, Socket to)
    {
        try
        {
            var buffer = new byte[64 * 1024];
            while (await from.ReceiveAsync(buffer, _ending.Token) is > 0 and var count)
            {
                await PassAsync();
                for (var sent = 0; sent < count;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), _ending.Token);
                }
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch
        {
            // The other direction ends too.
            link.Reset();
            throw;
        }
    }

    private Task PassAsync() => _held?.Task ?? Task.CompletedTask;

    private sealed class Link(Socket near)
    {
        public Socket Near { get; } = near;

        public Socket Far { get; } = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

        /// <summary>Closed without a farewell: both sides get a reset.</summary>
        public void Reset()
        {
            foreach (var socket in new[] { Near, Far })
            {
                try
                {
                    socket.LingerState = new LingerOption(enable: true, seconds: 0);
                }
                catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
                {
                    // Closed already.
                }

                socket.Dispose();
            }
        }
    }
}
