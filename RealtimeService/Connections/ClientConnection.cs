using System.Buffers;
using System.Net.WebSockets;
using Sure.RealtimeService.Channels;
using Sure.RealtimeService.Protocol;
using Sure.RealtimeService.Streams;

namespace Sure.RealtimeService.Connections;

/// <summary>One client: a reader that answers what it asks, and a writer that sends what waits for it. Each runs at its own pace.</summary>
internal sealed class ClientConnection : IDisposable
{
    /// <summary>4008: the client let too much wait. It can come back with <c>since</c>.</summary>
    public const WebSocketCloseStatus SlowConsumer = (WebSocketCloseStatus)4008;

    /// <summary>1012: the server goes away and others are there.</summary>
    public const WebSocketCloseStatus ServiceRestart = (WebSocketCloseStatus)1012;

    private const int ReadBuffer = 4096;

    /// <summary>How long a client may take to receive what is being sent and to answer a close.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    /// <summary>How long a client that broke the protocol may take to read why it is closed.</summary>
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(1);

    private readonly WebSocket _socket;
    private readonly ActivityStream? _activity;
    private readonly ChannelFeeds _feeds;
    private readonly RealtimeOptions _options;
    private readonly TimeProvider _time;
    private readonly MessageRate _rate;
    private readonly Subscriber _subscriber;
    private readonly CancellationTokenSource _aborting = new();
    private readonly CancellationTokenSource _stopSending = new();
    private Goodbye? _goodbye;

    public ClientConnection(
        WebSocket socket, ActivityStream? activity, string address, ChannelFeeds feeds, RealtimeOptions options, long messagesPerSecond, TimeProvider time)
    {
        _socket = socket;
        _activity = activity;
        Address = address;
        _feeds = feeds;
        _options = options;
        _time = time;
        _rate = new MessageRate(messagesPerSecond, time);
        _subscriber = new Subscriber(options.WaitingMessages, options.WaitingBytes, _ => Close(SlowConsumer, "slow_consumer"));
        Id = Guid.CreateVersion7(time.GetUtcNow());
    }

    /// <summary>Its id.</summary>
    public Guid Id { get; }

    /// <summary>Where it comes from.</summary>
    public string Address { get; }

    /// <summary>How long nothing was seen of it.</summary>
    public TimeSpan Silence => _activity?.Silence ?? TimeSpan.Zero;

    /// <summary>How it ended; null while it lasts or where the client ended it.</summary>
    public WebSocketCloseStatus? ClosedWith => _goodbye?.Status;

    /// <summary>Serves it until it ends.</summary>
    public async Task RunAsync()
    {
        _subscriber.SendBacklog([Answers.Welcome(Id.ToString(), _options.Heartbeat, _time.GetUtcNow())]);
        var writing = WriteAsync();
        try
        {
            await ReadAsync();
        }
        finally
        {
            _feeds.Forget(_subscriber);
            _subscriber.Complete();
            await writing;
            if (_activity is not null && _socket.State == WebSocketState.Aborted)
            {
                await _activity.DrainAsync(DrainTimeout);
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _aborting.Dispose();
        _stopSending.Dispose();
    }

    /// <summary>Ends it with a close frame. The first reason stands. Returns at once.</summary>
    public void Close(WebSocketCloseStatus status, string reason)
    {
        if (Interlocked.CompareExchange(ref _goodbye, new Goodbye(status, reason), comparand: null) is null)
        {
            _subscriber.Complete();
            try
            {
                _stopSending.Cancel();
                // Whoever does not even take the close frame is cut off.
                _aborting.CancelAfter(CloseTimeout);
            }
            catch (ObjectDisposedException)
            {
                // It has just ended by itself.
            }
        }
    }

    private async Task ReadAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ReadBuffer);
        using var message = new MemoryStream();
        try
        {
            while (true)
            {
                var part = await _socket.ReceiveAsync(buffer.AsMemory(), _aborting.Token);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    Close(WebSocketCloseStatus.NormalClosure, "");
                    return;
                }

                if (message.Length + part.Count > _options.MessageBytes)
                {
                    Close(WebSocketCloseStatus.MessageTooBig, $"A message has at most {_options.MessageBytes} bytes.");
                    message.SetLength(0);
                    continue;
                }

                message.Write(buffer, 0, part.Count);
                if (part.EndOfMessage)
                {
                    Handle(message.GetBuffer().AsMemory(0, (int)message.Length), part.MessageType);
                    message.SetLength(0);
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException)
        {
            // The client is gone, broke the protocol (the socket has sent 1002 or 1007) or did not take the close frame in time.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Handle(ReadOnlyMemory<byte> message, WebSocketMessageType type)
    {
        if (_goodbye is not null)
        {
            return;
        }

        var now = _time.GetUtcNow();
        switch (_rate.Count())
        {
            case MessageRate.Verdict.Excessive:
                Close(WebSocketCloseStatus.PolicyViolation, "rate_limited");
                return;
            case MessageRate.Verdict.Warned:
                _subscriber.Send(Answers.Error("rate_limited", "Too many messages; slow down.", now));
                return;
            default:
                break;
        }

        if (type == WebSocketMessageType.Binary)
        {
            _subscriber.Send(Answers.Error("binary_not_supported", "Messages must be text frames with one JSON object each.", now));
            return;
        }

        switch (ClientRequest.Parse(message))
        {
            case ClientRequest.Subscribe subscribe:
                _feeds[subscribe.Channel].Subscribe(_subscriber, subscribe.Since, subscribe.Epoch, now);
                break;
            case ClientRequest.Unsubscribe unsubscribe:
                _feeds[unsubscribe.Channel].Unsubscribe(_subscriber);
                _subscriber.Send(Answers.Unsubscribed(unsubscribe.Channel, now));
                break;
            case ClientRequest.Ping:
                _subscriber.Send(Answers.Pong(now));
                break;
            case ClientRequest.WrongChannel wrong:
                _subscriber.Send(Answers.InvalidChannel(wrong.Channel, now));
                break;
            case ClientRequest.Invalid invalid:
                _subscriber.Send(Answers.Error(invalid.Code, invalid.Message, now));
                break;
            default:
                break;
        }
    }

    private async Task WriteAsync()
    {
        try
        {
            try
            {
                await foreach (var message in _subscriber.TakeAsync(_stopSending.Token))
                {
                    // Not cancelled by a close: half a frame cannot be followed by a close frame.
                    await _socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, _aborting.Token);
                }
            }
            catch (OperationCanceledException) when (!_aborting.IsCancellationRequested)
            {
                // Closing: what waits is dropped, the client is told why.
            }

            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                var goodbye = _goodbye ?? new Goodbye(WebSocketCloseStatus.NormalClosure, "");
                await _socket.CloseOutputAsync(goodbye.Status, goodbye.Reason, _aborting.Token);
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The client is gone; the reader notices too.
        }
    }

    private sealed record Goodbye(WebSocketCloseStatus Status, string Reason);
}
