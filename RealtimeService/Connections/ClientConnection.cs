using System.Buffers;
using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using Sure.RealtimeService.Identity;
using Sure.RealtimeService.Protocol;

namespace Sure.RealtimeService.Connections;

/// <summary>
/// One client. The framework's WebSocket reads what it sends and keeps it to RFC 6455; what it is sent are ready frames that many clients
/// share, by way of its queue.
/// </summary>
internal sealed partial class ClientConnection : IDisposable
{
    private const int ReadBuffer = 1024;

    /// <summary>Who sends so many tokens that are nobody's is guessing.</summary>
    private const int MostRefusals = 3;

    /// <summary>What stands for a close frame that never came (RFC 6455, 7.4.1); it is not sent.</summary>
    private const int LostWithoutClose = 1006;

    /// <summary>How long a client may take to receive what is being sent and to answer a close.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    /// <summary>How long a client that broke the protocol may take to read why it is closed.</summary>
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(1);

    private readonly WebSocket _socket;
    private readonly ClientStream _stream;
    private readonly ConnectionContext _connection;
    private readonly ClientSurroundings _around;
    private readonly MessageRate _rate;
    private readonly Lock _closing = new();
    private readonly long _connectedAt;
    private long _pingedAt;
    private bool _mustAuthenticate;
    private int _refusals;
    private bool _isOver;
    private WebSocketCloseStatus? _closedWith;
    private string _reason = "";
    private Task _goodbye = Task.CompletedTask;
    private ITimer? _cutOff;

    /// <param name="socket">Reads what the client sends.</param>
    /// <param name="stream">Below it.</param>
    /// <param name="deflates">Whether compression was negotiated.</param>
    /// <param name="isKnown">Whether the gateway knows who it is.</param>
    /// <param name="address">Where it comes from.</param>
    /// <param name="connection">What both lie on.</param>
    /// <param name="around">What all connections share.</param>
    public ClientConnection(WebSocket socket, ClientStream stream, bool deflates, bool isKnown, IPAddress address, ConnectionContext connection, ClientSurroundings around)
    {
        _socket = socket;
        _stream = stream;
        _mustAuthenticate = around.Options.RequireAuthentication && !isKnown;
        Address = address;
        _connection = connection;
        _around = around;
        _rate = new MessageRate(around.MessagesPerSecond, around.Time);
        Queue = new SendQueue(
            stream.Output, around.Options.WaitingMessages, around.Options.WaitingBytes, around.Metrics, () => Close(CloseStatus.SlowConsumer, "slow_consumer", dropWaiting: true))
        {
            Deflates = deflates,
        };
        stream.Queue = Queue;
        Id = Guid.CreateVersion7(around.Time.GetUtcNow());
        _connectedAt = _pingedAt = around.Time.GetTimestamp();
    }

    /// <summary>Its id.</summary>
    public Guid Id { get; }

    /// <summary>Where it comes from.</summary>
    public IPAddress Address { get; }

    /// <summary>The gateway it came by; empty where it came by none.</summary>
    public Guid Gateway { get; init; }

    /// <summary>What waits for it.</summary>
    public SendQueue Queue { get; }

    /// <summary>Serves it until it ends.</summary>
    public async Task RunAsync()
    {
        Queue.Send(Answers.Welcome(Id.ToString(), _around.Options.Heartbeat, _around.Time.GetUtcNow()));
        var brokeProtocol = false;
        try
        {
            // Waits without a buffer: a client that is silent costs none.
            while (await TakeAsync(await _socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None)))
            {
                // Until the client closes.
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The client is gone, did not take the close frame in time, or broke the protocol: then the socket has sent it 1002 or 1007, but for
            // what it could not inflate.
            brokeProtocol = exception is WebSocketException { WebSocketErrorCode: not WebSocketError.ConnectionClosedPrematurely };
            if (brokeProtocol && _stream.ClosedWith is null)
            {
                Close(WebSocketCloseStatus.InvalidPayloadData, "A message cannot be inflated.", dropWaiting: true);
            }
        }
        finally
        {
            _around.Feeds.Forget(Queue);
            await _goodbye;
            Queue.Abandon();
        }

        if (brokeProtocol)
        {
            await _stream.DrainAsync(DrainTimeout);
        }

        Tell();
    }

    /// <summary>What is due from time to time: a ping, or the end of who is silent or does not say who it is.</summary>
    public void Tend()
    {
        var (options, time) = (_around.Options, _around.Time);
        if (_stream.Silence >= options.IdleTimeout)
        {
            Close(WebSocketCloseStatus.EndpointUnavailable, "Nothing was heard of you.");
        }
        else if (_mustAuthenticate && time.GetElapsedTime(_connectedAt) >= options.AuthenticationTimeout)
        {
            Close(WebSocketCloseStatus.PolicyViolation, "unauthenticated");
        }
        else if (time.GetElapsedTime(_pingedAt) >= options.Heartbeat)
        {
            _pingedAt = time.GetTimestamp();
            _ = Queue.SendControlAsync(Frame.Ping.Plain);
        }
    }

    /// <summary>Ends it with a close frame. The first reason stands. Returns at once.</summary>
    /// <param name="status">Why.</param>
    /// <param name="reason">In words.</param>
    /// <param name="dropWaiting">Whether what waits for the client is dropped, not sent before.</param>
    public void Close(WebSocketCloseStatus status, string reason, bool dropWaiting = false)
    {
        lock (_closing)
        {
            if (_isOver || _cutOff is not null)
            {
                return;
            }

            (_closedWith, _reason) = (status, reason);
            Finish(Frame.Close(status, reason), dropWaiting);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_closing)
        {
            _isOver = true;
            _cutOff?.Dispose();
        }

        _socket.Dispose();
    }

    /// <summary>
    /// How it ended. Of what the client sent only the status: its words are its own. The framework reads a close frame without one as 1000; a
    /// connection that was lost without a close frame has 1006, which RFC 6455 keeps for saying so (7.4.1).
    /// </summary>
    private void Tell()
    {
        var byServer = _closedWith ?? _stream.ClosedWith;
        if (byServer is { } status)
        {
            _around.Metrics.Closed(status);
        }

        var (endedBy, code) = (byServer, _socket.CloseStatus) switch
        {
            ({ } ours, _) => ("server", (int)ours),
            (_, { } theirs) => ("client", (int)theirs),
            _ => ("loss", LostWithoutClose),
        };
        var duration = Math.Round(_around.Time.GetElapsedTime(_connectedAt).TotalMilliseconds);
        Log.Ended(_around.Logger, Id, endedBy, code, _reason, duration, Queue.Sent);
    }

    private bool IsClosing
    {
        get
        {
            lock (_closing)
            {
                return _cutOff is not null;
            }
        }
    }

    /// <summary>Under the lock. Whoever does not take the close frame or does not answer it is cut off after a while.</summary>
    private void Finish(Frame close, bool dropWaiting)
    {
        _cutOff = _around.Time.CreateTimer(_ => CutOff(), state: null, CloseTimeout, Timeout.InfiniteTimeSpan);
        _goodbye = Queue.FinishAsync(close, dropWaiting);
    }

    private void CutOff()
    {
        lock (_closing)
        {
            if (_isOver)
            {
                return;
            }

            if (_goodbye.IsCompleted)
            {
                // The close frame is on its way, to a slow client behind all that was sent before it. A reset would overtake it.
                _connection.Transport.Input.CancelPendingRead();
            }
            else
            {
                _connection.Abort();
            }

            Queue.Abandon();
        }
    }

    /// <summary>Takes the message that has begun with this; false where the client has closed instead.</summary>
    private async ValueTask<bool> TakeAsync(ValueWebSocketReceiveResult part)
    {
        if (part.MessageType == WebSocketMessageType.Close)
        {
            AnswerClose();
            return false;
        }

        if (!part.EndOfMessage)
        {
            return await ReadMessageAsync();
        }

        await HandleAsync(default, part.MessageType);
        return true;
    }

    /// <summary>The rest of a message that has begun; false where the client has closed instead.</summary>
    private async ValueTask<bool> ReadMessageAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ReadBuffer);
        try
        {
            var length = 0;
            while (true)
            {
                var part = await _socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    AnswerClose();
                    return false;
                }

                length += part.Count;
                if (length > _around.Options.MessageBytes)
                {
                    Close(WebSocketCloseStatus.MessageTooBig, $"A message has at most {_around.Options.MessageBytes} bytes.");
                }

                if (part.EndOfMessage)
                {
                    await HandleAsync(buffer.AsMemory(0, length), part.MessageType);
                    return true;
                }

                if (IsClosing)
                {
                    // Nobody will read it.
                    length = 0;
                }
                else if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(2 * length);
                    buffer.CopyTo(larger, 0);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The client closes: it gets its own status back (RFC 6455, 5.5.1), unless the server has closed before.</summary>
    private void AnswerClose()
    {
        lock (_closing)
        {
            if (_cutOff is null && !_isOver)
            {
                var status = _socket.CloseStatus is { } sent and not WebSocketCloseStatus.Empty ? sent : (WebSocketCloseStatus?)null;
                Finish(Frame.Close(status, ""), dropWaiting: true);
            }
        }
    }

    private async ValueTask HandleAsync(ReadOnlyMemory<byte> message, WebSocketMessageType type)
    {
        if (IsClosing)
        {
            return;
        }

        var now = _around.Time.GetUtcNow();
        switch (_rate.Count())
        {
            case MessageRate.Verdict.Excessive:
                Close(WebSocketCloseStatus.PolicyViolation, "rate_limited");
                return;
            case MessageRate.Verdict.Warned:
                Queue.Send(Answers.Error("rate_limited", "Too many messages; slow down.", now));
                return;
            default:
                break;
        }

        if (type == WebSocketMessageType.Binary)
        {
            Queue.Send(Answers.Error("binary_not_supported", "Messages must be text frames with one JSON object each.", now));
            return;
        }

        switch (ClientRequest.Parse(message))
        {
            case ClientRequest.Ping:
                Queue.Send(Answers.Pong(now));
                break;
            case ClientRequest.Authenticate authenticate:
                await AuthenticateAsync(authenticate.Token);
                break;
            case ClientRequest.Invalid invalid:
                Queue.Send(Answers.Error(invalid.Code, invalid.Message, now));
                break;
            case ClientRequest.WrongChannel wrong:
                Queue.Send(Answers.InvalidChannel(wrong.Channel, now));
                break;
            case var _ when _mustAuthenticate:
                Queue.Send(Answers.Error("unauthenticated", "Say who you are first: {\"action\":\"authenticate\",\"token\":\"…\"}.", now));
                break;
            case ClientRequest.Subscribe subscribe:
                // Who asks again and again and does not read waits for itself: nothing more is read of it meanwhile.
                await Queue.WrittenAsync();
                var feed = _around.Feeds[subscribe.Channel];
                // Within one interval the streams are read, and what was told by then is here.
                await feed.CatchUpAsync(subscribe.Since, subscribe.Epoch, 2 * _around.Options.PollInterval, _around.Time);
                if (feed.Subscribe(Queue, subscribe.Since, subscribe.Epoch, _around.Time.GetUtcNow()) is { } recovered)
                {
                    _around.Metrics.Recovered(subscribe.Channel, recovered);
                }

                break;
            case ClientRequest.Unsubscribe unsubscribe:
                _around.Feeds[unsubscribe.Channel].Unsubscribe(Queue);
                Queue.Send(Answers.Unsubscribed(unsubscribe.Channel, now));
                break;
            default:
                break;
        }
    }

    private async Task AuthenticateAsync(string token)
    {
        var verdict = await _around.Tokens.AskAsync(token, Address.ToString());
        var now = _around.Time.GetUtcNow();
        switch (verdict)
        {
            case TokenCheck.Verdict.Good:
                _mustAuthenticate = false;
                Queue.Send(Answers.Authenticated(now));
                break;
            case TokenCheck.Verdict.Refused:
                Queue.Send(Answers.Error("invalid_token", "The token is not valid.", now));
                if (_mustAuthenticate || ++_refusals == MostRefusals)
                {
                    Close(WebSocketCloseStatus.PolicyViolation, "invalid_token");
                }

                break;
            default:
                Queue.Send(Answers.Error("unavailable", "The token cannot be checked at the moment; try again shortly.", now));
                break;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "ConnectionEnded", Level = LogLevel.Information, Message = "{ConnectionId} ended by {EndedBy} {Status} {Reason} {DurationMs} ms {MessagesSent} messages sent")]
        public static partial void Ended(ILogger logger, Guid connectionId, string endedBy, int status, string reason, double durationMs, long messagesSent);
    }
}
