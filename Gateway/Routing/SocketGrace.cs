using Microsoft.Extensions.Options;

namespace Sure.Gateway.Routing;

/// <summary>
/// When the gateway is asked to stop, WebSockets get some seconds to be closed by the service behind them; then they are cut, so that
/// they cannot keep the process from stopping.
/// </summary>
internal sealed class SocketGrace : IDisposable
{
    private readonly CancellationTokenSource _over;
    private readonly CancellationTokenRegistration _stopping;

    public SocketGrace(IHostApplicationLifetime lifetime, IOptions<GatewayOptions> options, TimeProvider time)
    {
        _over = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _stopping = lifetime.ApplicationStopping.Register(() => _over.CancelAfter(options.Value.SocketGrace));
    }

    public async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        await using var _ = context.AsksForSocket()
            ? _over.Token.Register(static c => ((HttpContext)c!).Abort(), context)
            : default;
        await next(context);
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _over.Dispose();
    }
}
