using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using Sure.Contracts.Calls;

namespace Sure.Gateway.Trunks;

/// <summary>
/// The connection to an instance of RealtimeService by which all clients of this gateway are sent what they get (<see cref="Trunk"/>).
/// </summary>
/// <param name="connection">To the instance. Disposed of at the end.</param>
internal sealed class ServiceTrunk(Stream connection) : IDisposable
{
    /// <summary>Clients that one core writes to; fewer are not worth another one.</summary>
    private const int Slice = 256;

    private const int ReadSize = 64 * 1024;

    private readonly ConcurrentDictionary<uint, TrunkStream> _streams = new();
    private readonly Lock _crediting = new();
    private ArrayBufferWriter<byte> _credits = new();
    private ArrayBufferWriter<byte> _sent = new();
    private bool _isSending;
    private uint _last;
    private volatile bool _isOver;

    /// <summary>Its id, by which the instance knows it.</summary>
    public required Guid Id { get; init; }

    /// <summary>Where the instance itself is reached, as <c>address:port</c>.</summary>
    public required string Instance { get; init; }

    /// <summary>Whether the instance has not ended it.</summary>
    public bool IsOpen => !_isOver;

    /// <summary>How many streams have not ended.</summary>
    public int Streams => _streams.Count;

    /// <summary>A stream for a client that is about to ask the instance.</summary>
    public TrunkStream Open()
    {
        var number = Interlocked.Increment(ref _last);
        var stream = new TrunkStream(this, number);
        _streams[number] = stream;
        if (_isOver)
        {
            stream.End();
        }

        return stream;
    }

    /// <summary>Until the instance ends it. Then all its streams are over.</summary>
    public async Task RunAsync()
    {
        var input = PipeReader.Create(connection, new StreamPipeReaderOptions(bufferSize: ReadSize));
        try
        {
            while (true)
            {
                var read = await input.ReadAsync();
                var buffer = read.Buffer;
                while (TryTake(ref buffer, out var part, out var streams))
                {
                    Hand(part, streams);
                }

                input.AdvanceTo(buffer.Start, buffer.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The instance is gone.
        }
        finally
        {
            _isOver = true;
            await input.CompleteAsync();
            foreach (var stream in _streams.Values)
            {
                stream.End();
            }
        }
    }

    /// <summary>Tells the instance that a client has taken something. Returns at once.</summary>
    public void Credit(uint stream, int taken)
    {
        lock (_crediting)
        {
            Trunk.WriteCredit(_credits.GetSpan(Trunk.CreditLength), stream, taken);
            _credits.Advance(Trunk.CreditLength);
            if (_isSending)
            {
                return;
            }

            _isSending = true;
        }

        _ = SendCreditsAsync();
    }

    /// <summary>Forgets a client: what still comes for it is dropped.</summary>
    public void Forget(uint stream) => _streams.TryRemove(stream, out _);

    public void Dispose() => connection.Dispose();

    private static bool TryTake(ref ReadOnlySequence<byte> buffer, out ReadOnlyMemory<byte> part, out int streams)
    {
        (part, streams) = (default, 0);
        if (buffer.Length < Trunk.HeadLength)
        {
            return false;
        }

        Span<byte> head = stackalloc byte[Trunk.HeadLength];
        buffer.Slice(0, Trunk.HeadLength).CopyTo(head);
        (var length, streams) = Trunk.ReadHead(head);
        if (streams is < 0 or > Trunk.MostStreams || length < Trunk.LengthOf(streams, 0))
        {
            throw new IOException("What came by the trunk cannot be read.");
        }

        if (buffer.Length < length)
        {
            return false;
        }

        var taken = buffer.Slice(0, length);
        part = taken.IsSingleSegment ? taken.First : taken.ToArray();
        buffer = buffer.Slice(length);
        return true;
    }

    private void Hand(ReadOnlyMemory<byte> part, int streams)
    {
        if (streams <= Slice)
        {
            Hand(part.Span, streams, 0, streams);
        }
        else
        {
            // All have it before the next part is handed out: each client keeps its order.
            Parallel.ForEach(Partitioner.Create(0, streams, Slice), slice => Hand(part.Span, streams, slice.Item1, slice.Item2));
        }
    }

    private void Hand(ReadOnlySpan<byte> part, int streams, int from, int to)
    {
        var bytes = part[Trunk.LengthOf(streams, 0)..];
        for (var i = from; i < to; i++)
        {
            var number = Trunk.ReadStream(part, i);
            if (!bytes.IsEmpty)
            {
                if (_streams.TryGetValue(number, out var stream))
                {
                    stream.Give(bytes);
                }
            }
            else if (_streams.TryRemove(number, out var ended))
            {
                // Whose client was never answered nobody else would forget.
                ended.End();
            }
        }
    }

    private async Task SendCreditsAsync()
    {
        try
        {
            while (true)
            {
                lock (_crediting)
                {
                    _sent.ResetWrittenCount();
                    (_sent, _credits) = (_credits, _sent);
                    if (_sent.WrittenCount == 0)
                    {
                        _isSending = false;
                        return;
                    }
                }

                await connection.WriteAsync(_sent.WrittenMemory);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // Whoever reads notices too; nothing is sent any more.
        }
    }
}
