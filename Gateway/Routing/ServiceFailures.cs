using Sure.ServiceDefaults.Problems;
using Yarp.ReverseProxy.Forwarder;

namespace Sure.Gateway.Routing;

/// <summary>
/// What happens when a service does not answer: another instance is asked where that cannot do anything twice, and what remains
/// becomes a problem that says when to come back.
/// </summary>
internal static partial class ServiceFailures
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    public static async Task HandleAsync(HttpContext context, RequestDelegate next, ILogger logger)
    {
        var proxied = context.GetReverseProxyFeature();
        var untried = proxied.AvailableDestinations;
        await next(context);
        while (context.Features.Get<IForwarderErrorFeature>() is { } failed && MayAskAnother(context, failed))
        {
            untried = [.. untried.Where(d => d != proxied.ProxiedDestination)];
            if (untried.Count == 0)
            {
                break;
            }

            context.Features.Set<IForwarderErrorFeature>(instance: null);
            context.Response.StatusCode = StatusCodes.Status200OK;
            proxied.AvailableDestinations = untried;
            await next(context);
        }

        var service = proxied.Route.Config.ClusterId ?? "";
        switch (context.Features.Get<IForwarderErrorFeature>())
        {
            case { Error: ForwarderError.ResponseBodyDestination } brokenOff when context.Response.HasStarted:
                // The client finds that out. Of a WebSocket there is no line: clients go out of reach all the time, and RealtimeService says of each how it ended.
                Log.AnswerBrokeOff(logger, service, brokenOff.Exception?.Message);
                break;
            case { } failure when !context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested:
                await AnswerAsync(context, failure, service, logger);
                break;
            default:
                break;
        }
    }

    /// <summary>Nothing was sent, or asking twice changes nothing.</summary>
    private static bool MayAskAnother(HttpContext context, IForwarderErrorFeature failure) =>
        !context.Response.HasStarted
        && !context.RequestAborted.IsCancellationRequested
        && failure.Error is ForwarderError.Request
        && (failure.Exception is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError }
            || (context.AsksForSocket() && context.Request.Path.IsLive())
            || HttpMethods.IsGet(context.Request.Method)
            || HttpMethods.IsHead(context.Request.Method));

    private static Task AnswerAsync(HttpContext context, IForwarderErrorFeature failure, string service, ILogger logger)
    {
        context.Response.Clear();
        if (RefusedBody(failure.Exception) is { } refused)
        {
            // Answered like every other refusal, by the status code pages.
            context.Response.StatusCode = refused.StatusCode;
            return Task.CompletedTask;
        }

        if (failure.Error is ForwarderError.RequestBodyClient or ForwarderError.RequestBodyCanceled)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return Task.CompletedTask;
        }

        Log.ServiceFailed(logger, service, failure.Error, failure.Exception?.Message);
        var sentence = failure.Error is ForwarderError.RequestTimedOut
            ? "The service behind this did not answer in time; try again shortly."
            : "The service behind this is not available; try again shortly.";
        return Problem.Unavailable(sentence, RetryAfter).ExecuteAsync(context);
    }

    private static BadHttpRequestException? RefusedBody(Exception? exception) => exception switch
    {
        BadHttpRequestException bad => bad,
        AggregateException several => several.InnerExceptions.Select(RefusedBody).FirstOrDefault(e => e is not null),
        { InnerException: { } inner } => RefusedBody(inner),
        _ => null,
    };

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Service} could not be asked ({Error}): {Reason}")]
        public static partial void ServiceFailed(ILogger logger, string service, ForwarderError error, string? reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "An answer of {Service} broke off: {Reason}")]
        public static partial void AnswerBrokeOff(ILogger logger, string service, string? reason);
    }
}
