using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Sure.Gateway.Listeners;
using Sure.Gateway.Trunks;

namespace Sure.Gateway.Routing;

/// <summary>
/// Passes the bytes of a WebSocket between a client and the service, when the requests by which they met have ended. While nobody says
/// anything no buffer is held.
/// </summary>
/// <param name="client">The client's connection.</param>
/// <param name="service">The service's. Disposed of at the end.</param>
/// <param name="longestSilence">Cut when neither has said anything for so long.</param>
/// <param name="time">The clock.</param>
/// <param name="trunk">What the client is sent, where that comes by a trunk and not over the service's connection. Disposed of at the end.</param>
internal sealed class SocketRelay(ConnectionContext client, Stream service, TimeSpan longestSilence, TimeProvider time, TrunkStream? trunk = null)
{
    /// <summary>
    /// How long either side may take to end after the other has. What a client still says meanwhile is read: a connection that is closed with
    /// bytes unread is reset, and a reset overtakes the service's close frame.
    /// </summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a client may take for what was read at once. The service gives up one that does not keep up, but what it says then is not
    /// read while something still waits here.
    /// </summary>
    private static readonly TimeSpan TakeTimeout = TimeSpan.FromMinutes(1);

    /// <summary>What is read of the service at once.</summary>
    private const int ReadSize = 64 * 1024;

    private long _heardAt = time.GetTimestamp();
    private volatile bool _isOver;

    /// <summary>Since when the client has been given something that it has not taken, at last the end; 0 where it has taken all.</summary>
    private long _givenAt;

    /// <summary>Until both have ended, or one of them has and the other does not.</summary>
    public async Task RunAsync()
    {
        client.Features.Get<IConnectionHeartbeatFeature>()?.OnHeartbeat(static relay => ((SocketRelay)relay).CutIfStuck(), this);
        var toClient = trunk?.PassAsync(client.Transport.Output, Give, TookAll) ?? PassToClientAsync(client.Transport.Output);
        var toService = PassToServiceAsync(client.Transport.Input);
        try
        {
            if (await Task.WhenAny(toClient, toService) == toClient)
            {
                await Task.WhenAll(EndClientAsync(), toService).WaitAsync(CloseTimeout, time);
            }
            else
            {
                // Throws where the client is gone: nobody is left to wait for.
                await toService;
                await toClient.WaitAsync(CloseTimeout, time);
            }
        }
        catch (Exception exception) when (exception is TimeoutException || IsEnd(exception))
        {
            // Not cut: what the client was sent is still on its way to it.
            _isOver = true;
            client.Transport.Input.CancelPendingRead();
            if (Volatile.Read(ref _givenAt) != 0)
            {
                // It has ended, and does not take what it was given.
                client.Abort();
            }
        }
        finally
        {
            await service.DisposeAsync();
            trunk?.Dispose();
        }

        // What it was read into is given back.
        await Task.WhenAll(toClient, toService).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // With TLS the server still has to send some of it, and a client that does not take that is not waited for longer than any other.
        Volatile.Write(ref _givenAt, time.GetTimestamp());
    }

    /// <summary>
    /// Tells the client that nothing follows, so that it need not wait: it is the server that closes first (RFC 6455, 7.1.1). Where the
    /// server's transport has the connection, that is told when it is closed.
    /// </summary>
    private async Task EndClientAsync()
    {
        if (client.Features.Get<ISslStreamFeature>() is { } tls)
        {
            await tls.SslStream.ShutdownAsync();
        }
        else
        {
            client.Features.Get<DirectOutput>()?.End();
        }
    }

    /// <summary>Whether a connection that fails so has only ended.</summary>
    internal static bool IsEnd(Exception exception) =>
        exception is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException;

    private async Task PassToClientAsync(PipeWriter output)
    {
        try
        {
            while (true)
            {
                // Waits without a buffer.
                _ = await service.ReadAsync(Memory<byte>.Empty);
                var length = await service.ReadAsync(output.GetMemory(ReadSize));
                if (length == 0)
                {
                    return;
                }

                Give();
                output.Advance(length);
                var flushed = await output.FlushAsync();
                TookAll();
                if (flushed.IsCompleted)
                {
                    return;
                }
            }
        }
        finally
        {
            // What nothing was read into is given back.
            _ = await output.FlushAsync();
        }
    }

    /// <summary>What a client still says when the service has ended is read and forgotten.</summary>
    private async Task PassToServiceAsync(PipeReader input)
    {
        var hasEnded = false;
        while (true)
        {
            var read = await input.ReadAsync();
            _ = Hear();
            foreach (var part in read.Buffer)
            {
                hasEnded = hasEnded || !await TryWriteAsync(part);
            }

            input.AdvanceTo(read.Buffer.End);
            // Whatever else has cancelled a read, before this began, did not mean this.
            if (read.IsCompleted || (read.IsCanceled && _isOver))
            {
                return;
            }
        }
    }

    private async ValueTask<bool> TryWriteAsync(ReadOnlyMemory<byte> part)
    {
        try
        {
            await service.WriteAsync(part);
            return true;
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            return false;
        }
    }

    private void Give() => Volatile.Write(ref _givenAt, Hear());

    private void TookAll() => Volatile.Write(ref _givenAt, 0);

    private long Hear()
    {
        var now = time.GetTimestamp();
        Volatile.Write(ref _heardAt, now);
        return now;
    }

    private void CutIfStuck()
    {
        var givenAt = Volatile.Read(ref _givenAt);
        if (time.GetElapsedTime(Volatile.Read(ref _heardAt)) >= longestSilence || (givenAt != 0 && time.GetElapsedTime(givenAt) >= TakeTimeout))
        {
            client.Abort();
        }
    }
}
