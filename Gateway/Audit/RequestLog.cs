using System.Diagnostics;
using Sure.Gateway.Callers;
using Sure.Gateway.Health;
using Sure.Gateway.Listeners;

namespace Sure.Gateway.Audit;

/// <summary>
/// One line per public request: who, which route, what came of it and how long it took. Neither path nor query nor body: the route says
/// what was asked for, and only it is free of what clients must keep to themselves.
/// </summary>
internal sealed partial class RequestLog(ILogger<RequestLog> logger)
{
    public async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        if (!logger.IsEnabled(LogLevel.Information) || context.IsInternal() || context.Request.Path == HealthEndpoints.Path)
        {
            await next(context);
            return;
        }

        var startedAt = Stopwatch.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            var trace = Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;
            var client = context.Features.Get<Client>()?.Id ?? "anonymous";
            var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "none";
            var duration = Math.Round(Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds, 3);
            Log.Answered(logger, trace, client, context.Request.Method, route, context.Response.StatusCode, duration);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "Request", Level = LogLevel.Information, Message = "{TraceId} {ClientId} {Method} {Route} {Status} {DurationMs} ms")]
        public static partial void Answered(ILogger logger, string traceId, string clientId, string method, string route, int status, double durationMs);
    }
}
