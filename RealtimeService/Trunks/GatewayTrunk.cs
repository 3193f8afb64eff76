using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Sure.Contracts.Calls;

namespace Sure.RealtimeService.Trunks;

/// <summary>
/// The connection to a gateway by which all its clients are sent what they get (<see cref="Trunk"/>). What is sent to one after the other while
/// another thread gets ready to send goes out together, and bytes that many get go out once with the numbers of all of them.
/// </summary>
/// <param name="connection">To the gateway.</param>
/// <param name="output">Writes to it. Nothing else may.</param>
internal sealed class GatewayTrunk(ConnectionContext connection, Stream output)
{
    /// <summary>What waits is sent in writes of about this size: what clients missed may be much, and is theirs alone.</summary>
    private const int WriteSize = 256 * 1024;

    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<uint, TrunkOutput> _outputs = new();
    private readonly Queue<Part> _waiting = new();
    private Part? _last;
    private Task _sending = Task.CompletedTask;
    private bool _isSending;
    private bool _isOver;

    /// <summary>A client's part of it; null where it has ended, so that the client is sent to by its own connection.</summary>
    /// <param name="stream">The client's number.</param>
    /// <param name="lost">Called where the trunk ends before it is disposed of.</param>
    public TrunkOutput? Open(uint stream, Action lost)
    {
        var opened = new TrunkOutput(this, stream, lost);
        _outputs[stream] = opened;
        lock (_lock)
        {
            if (!_isOver)
            {
                return opened;
            }
        }

        Forget(stream);
        return null;
    }

    /// <summary>Until the gateway ends it, or this instance stops and all is sent.</summary>
    public async Task RunAsync()
    {
        var input = connection.Transport.Input;
        var stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        await using (stopping.Register(input.CancelPendingRead))
        {
            try
            {
                while (!stopping.IsCancellationRequested)
                {
                    var read = await input.ReadAsync();
                    input.AdvanceTo(Take(read.Buffer), read.Buffer.End);
                    if (read.IsCompleted)
                    {
                        break;
                    }
                }
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException or InvalidOperationException)
            {
                // The gateway is gone, and its clients with it.
            }
        }

        await End();
        foreach (var client in _outputs.Values)
        {
            client.Lose();
        }
    }

    /// <summary>Sends bytes, which must not change any more, to a client; none to say that nothing follows. Returns at once.</summary>
    public void Send(uint stream, ReadOnlyMemory<byte> bytes)
    {
        lock (_lock)
        {
            if (_isOver)
            {
                return;
            }

            if (_last is { } last && last.Bytes.Equals(bytes) && last.Streams.Count < Trunk.MostStreams)
            {
                last.Streams.Add(stream);
            }
            else
            {
                _last = new Part(bytes, [stream]);
                _waiting.Enqueue(_last);
            }

            if (!_isSending)
            {
                _isSending = true;
                _sending = Task.Run(SendAsync);
            }
        }
    }

    /// <summary>Forgets a client, to which nothing is sent any more.</summary>
    public void Forget(uint stream) => _outputs.TryRemove(stream, out _);

    /// <summary>Nothing is sent any more but what waits.</summary>
    private Task End()
    {
        lock (_lock)
        {
            _isOver = true;
            return _sending;
        }
    }

    /// <summary>What the clients have taken; answers how far it was read.</summary>
    private SequencePosition Take(ReadOnlySequence<byte> credits)
    {
        Span<byte> credit = stackalloc byte[Trunk.CreditLength];
        while (credits.Length >= Trunk.CreditLength)
        {
            credits.Slice(0, Trunk.CreditLength).CopyTo(credit);
            credits = credits.Slice(Trunk.CreditLength);
            var (stream, taken) = Trunk.ReadCredit(credit);
            if (_outputs.TryGetValue(stream, out var client))
            {
                client.Credit(taken);
            }
        }

        return credits.Start;
    }

    /// <summary>Until nothing waits. Nothing is sent any more once the gateway is gone.</summary>
    private async Task SendAsync()
    {
        var parts = new List<Part>();
        while (TakeWaiting(parts) is var length and > 0)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(length);
            try
            {
                var at = 0;
                foreach (var (bytes, streams) in parts)
                {
                    var part = buffer.AsSpan(at, Trunk.LengthOf(streams.Count, bytes.Length));
                    Trunk.Write(part, CollectionsMarshal.AsSpan(streams), bytes.Span);
                    at += part.Length;
                }

                await output.WriteAsync(buffer.AsMemory(0, length));
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
            {
                // Whoever reads from it notices too.
                lock (_lock)
                {
                    _isOver = true;
                    _waiting.Clear();
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    /// <summary>Takes what is written next; how long it is together, 0 where nothing waits.</summary>
    private int TakeWaiting(List<Part> parts)
    {
        parts.Clear();
        var length = 0;
        lock (_lock)
        {
            while (_waiting.TryPeek(out var next))
            {
                var more = Trunk.LengthOf(next.Streams.Count, next.Bytes.Length);
                if (length > 0 && length + more > WriteSize)
                {
                    break;
                }

                parts.Add(_waiting.Dequeue());
                length += more;
            }

            _last = _waiting.Count == 0 ? null : _last;
            _isSending = length > 0;
        }

        return length;
    }

    private sealed record Part(ReadOnlyMemory<byte> Bytes, List<uint> Streams);
}
