using Sure.Contracts.Calls;
using Sure.RealtimeService.Connections;

namespace Sure.RealtimeService.Trunks;

/// <summary>
/// Writes to a client by the trunk of its gateway. What is written counts as taken while less than <see cref="Trunk.Window"/> is under way, as
/// it would in a socket's buffer; then the client's credit is waited for. Bytes must not change once they are written.
/// </summary>
/// <param name="trunk">To the gateway.</param>
/// <param name="stream">The client's number.</param>
/// <param name="lost">Called where the trunk is gone and the client with it.</param>
internal sealed class TrunkOutput(GatewayTrunk trunk, uint stream, Action lost) : ConnectionStream
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _room;
    private long _underWay;
    private bool _isOver;

    public override bool CanRead => false;

    /// <exception cref="IOException">The gateway or the client is gone.</exception>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            if (_isOver)
            {
                throw Gone();
            }

            _underWay += buffer.Length;
            trunk.Send(stream, buffer);
            if (_underWay <= Trunk.Window)
            {
                return ValueTask.CompletedTask;
            }

            _room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new(_room.Task);
        }
    }

    /// <summary>The client has taken some of it.</summary>
    public void Credit(int taken)
    {
        lock (_lock)
        {
            _underWay -= taken;
            if (_underWay <= Trunk.Window)
            {
                _room?.TrySetResult();
                _room = null;
            }
        }
    }

    /// <summary>The trunk is gone: nothing can be written any more.</summary>
    public void Lose()
    {
        End();
        lost();
    }

    /// <summary>Says that nothing follows.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            lock (_lock)
            {
                if (!_isOver)
                {
                    trunk.Send(stream, ReadOnlyMemory<byte>.Empty);
                }
            }

            End();
            trunk.Forget(stream);
        }

        base.Dispose(disposing);
    }

    private void End()
    {
        lock (_lock)
        {
            _isOver = true;
            _room?.TrySetException(Gone());
            _room = null;
        }
    }

    private static IOException Gone() => new("The client is gone.");
}
