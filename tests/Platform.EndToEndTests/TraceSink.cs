using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace Sure.EndToEndTests;

/// <summary>A span as a service exported it.</summary>
/// <param name="TraceId">Its trace, in hexadecimal digits.</param>
/// <param name="SpanId">Its id.</param>
/// <param name="ParentId">The span it is part of; empty for none.</param>
/// <param name="Service">Who exported it.</param>
/// <param name="Source">Which part of it made it.</param>
/// <param name="Name">What it is called.</param>
public sealed record ExportedSpan(string TraceId, string SpanId, string ParentId, string Service, string Source, string Name)
{
    /// <inheritdoc />
    public override string ToString() => $"{Service} | {Source} | {Name}";
}

/// <summary>Takes what services export by OTLP over HTTP, and keeps the spans.</summary>
public sealed class TraceSink : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<ExportedSpan> _spans = new();

    /// <summary>Listens on <paramref name="port"/> from now on.</summary>
    public TraceSink(int port)
    {
        Address = $"http://127.0.0.1:{port}";
        _listener.Prefixes.Add(Address + "/");
        _listener.Start();
        _ = TakeAsync();
    }

    /// <summary>What services are told as <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>.</summary>
    public string Address { get; }

    /// <summary>The spans of a trace that have arrived.</summary>
    public IReadOnlyList<ExportedSpan> Of(string traceId) => [.. _spans.Where(s => s.TraceId == traceId)];

    /// <inheritdoc />
    public void Dispose() => _listener.Close();

    private async Task TakeAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            if (context.Request.Url!.AbsolutePath == "/v1/traces")
            {
                foreach (var span in Spans(body.ToArray()))
                {
                    _spans.Enqueue(span);
                }
            }

            context.Response.ContentType = "application/x-protobuf";
            context.Response.Close();
        }
    }

    /// <summary>ExportTraceServiceRequest { 1: ResourceSpans { 1: Resource { 1: KeyValue }, 2: ScopeSpans { 1: Scope { 1: name }, 2: Span } } }.</summary>
    private static IEnumerable<ExportedSpan> Spans(ReadOnlyMemory<byte> request) =>
        from ofResource in Fields(request, 1)
        let service = Fields(ofResource, 1).SelectMany(r => Fields(r, 1)).Where(a => Text(a, 1) == "service.name").Select(a => Text(Fields(a, 2).Single(), 1)).Single()
        from ofScope in Fields(ofResource, 2)
        let source = Text(Fields(ofScope, 1).Single(), 1)
        from span in Fields(ofScope, 2)
        select new ExportedSpan(Hex(span, 1), Hex(span, 2), Hex(span, 4), service, source, Text(span, 5));

    private static string Text(ReadOnlyMemory<byte> message, int number) => Encoding.UTF8.GetString(Fields(message, number).SingleOrDefault().Span);

    private static string Hex(ReadOnlyMemory<byte> message, int number) => Convert.ToHexStringLower(Fields(message, number).SingleOrDefault().Span);

    /// <summary>The values of a length-delimited field of a protobuf message, in their order.</summary>
    private static List<ReadOnlyMemory<byte>> Fields(ReadOnlyMemory<byte> message, int number)
    {
        var found = new List<ReadOnlyMemory<byte>>();
        while (!message.IsEmpty)
        {
            var key = Varint(ref message);
            switch (key & 7)
            {
                case 0:
                    Varint(ref message);
                    break;
                case 1:
                    message = message[sizeof(ulong)..];
                    break;
                case 2:
                    var length = (int)Varint(ref message);
                    if ((int)(key >> 3) == number)
                    {
                        found.Add(message[..length]);
                    }

                    message = message[length..];
                    break;
                case 5:
                    message = message[sizeof(uint)..];
                    break;
                default:
                    throw new InvalidDataException($"Wire type {key & 7} is none of protobuf.");
            }
        }

        return found;
    }

    private static ulong Varint(ref ReadOnlyMemory<byte> message)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = message.Span[0];
            message = message[1..];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }
    }
}
