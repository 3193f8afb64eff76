using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Sure.RealtimeService.Connections;

namespace Sure.RealtimeService.Tests.Hosts;

/// <summary>The other end of a queue: keeps what is written to it, and takes it only while it is willing.</summary>
internal sealed class RecordingClient : Stream
{
    private readonly MemoryStream _written = new();
    private readonly Lock _lock = new();
    private TaskCompletionSource? _reluctance;

    public RecordingClient(int maximumMessages = 100, int maximumBytes = 100_000, bool deflates = false) =>
        Queue = new SendQueue(this, maximumMessages, maximumBytes, new RealtimeMetrics(Meters), () => Overflows++) { Deflates = deflates };

    public static IMeterFactory Meters { get; } = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    public SendQueue Queue { get; }

    public int Overflows { get; private set; }

    public int Writes { get; private set; }

    public byte[] Bytes
    {
        get
        {
            lock (_lock)
            {
                return _written.ToArray();
            }
        }
    }

    /// <summary>The payloads of the text frames, which must be there as a whole.</summary>
    public List<JsonNode> Messages => [.. Frames.Where(f => (f.First & 0x0F) == 1).Select(f => JsonNode.Parse(f.Payload)!)];

    public List<(byte First, byte[] Payload)> Frames
    {
        get
        {
            var (frames, bytes, at) = (new List<(byte, byte[])>(), Bytes, 0);
            while (at < bytes.Length)
            {
                var (header, length) = bytes[at + 1] switch
                {
                    126 => (4, (bytes[at + 2] << 8) | bytes[at + 3]),
                    127 => (10, (bytes[at + 6] << 24) | (bytes[at + 7] << 16) | (bytes[at + 8] << 8) | bytes[at + 9]),
                    var small => (2, small),
                };
                frames.Add((bytes[at], bytes[(at + header)..(at + header + length)]));
                at += header + length;
            }

            return frames;
        }
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>From now on takes nothing.</summary>
    public void Refuse() => _reluctance = new TaskCompletionSource();

    /// <summary>Takes everything again. What waited has been written when it returns.</summary>
    public void Accept()
    {
        var reluctance = _reluctance!;
        _reluctance = null;
        reluctance.SetResult();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_reluctance is { } reluctance)
        {
            await reluctance.Task;
        }

        lock (_lock)
        {
            Writes++;
            _written.Write(buffer.Span);
        }
    }

    public override void Flush()
    {
        // Nothing is held back.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
