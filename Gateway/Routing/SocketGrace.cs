using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Sure.Contracts.Calls;
using Sure.ServiceDefaults.Connections;
using Sure.ServiceDefaults.Problems;

namespace Sure.Gateway.Routing;

/// <summary>
/// When the gateway is asked to stop, it lets no WebSocket in any more and has the service behind them send their clients away. That is said
/// again and again: an instance may have missed it, or have heard of a client only after it. What is still open some seconds later is cut, so
/// that it cannot keep the process from stopping.
/// </summary>
internal sealed partial class SocketGrace(
    IConnectionMultiplexer redis, IOptions<GatewayOptions> options, TimeProvider time, ILogger<SocketGrace> logger) : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TellInterval = TimeSpan.FromMilliseconds(500);

    private readonly string _id = Guid.CreateVersion7(time.GetUtcNow()).ToString();
    private readonly CancellationTokenSource _over = new(Timeout.InfiniteTimeSpan, time);
    private volatile bool _isStopping;
    private Task _telling = Task.CompletedTask;

    public Task HandleAsync(HttpContext context, RequestDelegate next) =>
        !context.AsksForSocket() ? next(context)
        : _isStopping ? Problem.Unavailable("This gateway is going away; connect again.", RetryAfter).ExecuteAsync(context)
        : HandleSocketAsync(context, next);

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        _isStopping = true;
        _over.CancelAfter(options.Value.SocketGrace);
        _telling = TellAsync(_over.Token);
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>No socket is open any more.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await _over.CancelAsync();
        await _telling;
    }

    public void Dispose() => _over.Dispose();

    private async Task HandleSocketAsync(HttpContext context, RequestDelegate next)
    {
        context.Request.Headers[LeavingGateway.Header] = _id;
        await using (_over.Token.Register(static c => ((HttpContext)c!).Abort(), context))
        {
            await next(context);
        }

        // By HTTP/1.1 it lasts longer than its request.
        if (ConnectionAfterHttp.Of(context) is { } after)
        {
            after.Hold(_over.Token.Register(static c => ((ConnectionContext)c!).Abort(), after.Connection));
        }
    }

    private async Task TellAsync(CancellationToken over)
    {
        using var timer = new PeriodicTimer(TellInterval, time);
        var hasFailed = false;
        try
        {
            do
            {
                try
                {
                    await redis.GetSubscriber().PublishAsync(RedisChannel.Literal(LeavingGateway.Channel), _id).WaitAsync(over);
                }
                catch (Exception exception) when (RedisFailure.Is(exception))
                {
                    if (!hasFailed)
                    {
                        hasFailed = true;
                        Log.NotTold(logger, exception.Message);
                    }
                }
            }
            while (await timer.WaitForNextTickAsync(over));
        }
        catch (OperationCanceledException)
        {
            // All are gone or cut.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Nobody could be told to close the WebSockets; trying again until they are cut: {Reason}")]
        public static partial void NotTold(ILogger logger, string reason);
    }
}
