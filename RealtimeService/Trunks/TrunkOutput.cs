using Sure.Contracts.Calls;
using Sure.RealtimeService.Connections;

namespace Sure.RealtimeService.Trunks;

/// <summary>
/// Writes to a client by the trunk of its gateway. No more than <see cref="Trunk.Window"/> is under way, as it would be in a socket's buffer:
/// then the client's credit is waited for. Bytes must not change once they are written.
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
        var (sent, room) = Send(buffer);
        return room is null ? ValueTask.CompletedTask : new(WriteRestAsync(buffer[sent..], room));
    }

    /// <summary>The client has taken some of it.</summary>
    public void Credit(int taken)
    {
        lock (_lock)
        {
            _underWay -= taken;
            _room?.TrySetResult();
            _room = null;
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

    private async Task WriteRestAsync(ReadOnlyMemory<byte> rest, Task? room)
    {
        while (room is not null)
        {
            await room;
            (var sent, room) = Send(rest);
            rest = rest[sent..];
        }
    }

    /// <summary>Sends what there is room for. How much that is, and where it is not all, what tells of more room.</summary>
    private (int Sent, Task? Room) Send(ReadOnlyMemory<byte> bytes)
    {
        lock (_lock)
        {
            if (_isOver)
            {
                throw Gone();
            }

            var length = (int)Math.Clamp(Trunk.Window - _underWay, 0, bytes.Length);
            if (length > 0)
            {
                // Nothing would say that the stream has ended.
                trunk.Send(stream, bytes[..length]);
                _underWay += length;
            }

            return length == bytes.Length
                ? (length, null)
                : (length, (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task);
        }
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
