using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Sure.Contracts.Calls;
using Sure.ServiceDefaults.Problems;

namespace Sure.Gateway.Routing;

/// <summary>
/// When the gateway is asked to stop, it lets no WebSocket in any more and has the service behind them send their clients away; what is
/// still open some seconds later is cut, so that it cannot keep the process from stopping.
/// </summary>
internal sealed partial class SocketGrace(
    IConnectionMultiplexer redis, IOptions<GatewayOptions> options, TimeProvider time, ILogger<SocketGrace> logger) : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly string _id = Guid.CreateVersion7(time.GetUtcNow()).ToString();
    private readonly CancellationTokenSource _over = new(Timeout.InfiniteTimeSpan, time);
    private volatile bool _isStopping;

    public async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        if (!context.AsksForSocket())
        {
            await next(context);
            return;
        }

        if (_isStopping)
        {
            await Problem.Unavailable("This gateway is going away; connect again.", RetryAfter).ExecuteAsync(context);
            return;
        }

        context.Request.Headers[LeavingGateway.Header] = _id;
        await using var _ = _over.Token.Register(static c => ((HttpContext)c!).Abort(), context);
        await next(context);
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _isStopping = true;
        _over.CancelAfter(options.Value.SocketGrace);
        try
        {
            await redis.GetSubscriber().PublishAsync(RedisChannel.Literal(LeavingGateway.Channel), _id).WaitAsync(options.Value.SocketGrace, time, cancellationToken);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or OperationCanceledException)
        {
            Log.NotTold(logger, exception.Message);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _over.Dispose();

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "WebSockets will be cut, for nobody could be told to close them: {Reason}")]
        public static partial void NotTold(ILogger logger, string reason);
    }
}
