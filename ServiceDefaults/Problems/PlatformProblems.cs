using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Sure.ServiceDefaults.Problems;

/// <summary>Every answer that is no success leaves as problem details; nothing internal leaves with it.</summary>
internal static class PlatformProblems
{
    public const string RetryAfter = "retry_after_seconds";

    private static readonly Dictionary<int, (string Kind, string Sentence)> Defaults = new()
    {
        [400] = ("malformed", "The request cannot be read."),
        [401] = ("unauthenticated", "This needs a key or token: send it as Authorization: Bearer …"),
        [403] = ("forbidden", "The key or token does not allow this."),
        [404] = ("not-found", "There is nothing here."),
        [405] = ("method-not-allowed", "This method is not allowed here."),
        [408] = ("too-slow", "The body did not arrive in time."),
        [413] = ("too-large", "The body is too large."),
        [415] = ("unsupported-media-type", "The body must be JSON in UTF-8, with the header Content-Type: application/json."),
        [429] = ("rate-limited", "This is more than is allowed; try again later."),
        [500] = ("internal", "Something failed on our side; it has been recorded."),
        [502] = ("unavailable", "The service behind this is not available; try again shortly."),
        [503] = ("unavailable", "The service is not available; try again shortly."),
        [504] = ("unavailable", "The service behind this did not answer in time; try again shortly."),
    };

    public static void AddPlatformProblems(this IHostApplicationBuilder builder)
    {
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        builder.Services.AddProblemDetails(options => options.CustomizeProblemDetails = Complete);
        builder.Services.AddExceptionHandler<FailureHandler>();
        builder.Services.Configure<ExceptionHandlerOptions>(options => options.SuppressDiagnosticsCallback = context =>
            context.Exception is BadHttpRequestException or OperationCanceledException);
    }

    /// <summary>What a refusal with this status looks like.</summary>
    public static JsonObject ExampleOf(int status)
    {
        var (kind, sentence) = Defaults.GetValueOrDefault(status, ("error", "The request failed."));
        return new JsonObject
        {
            ["type"] = Problem.TypeOf(kind),
            ["title"] = ReasonPhrases.GetReasonPhrase(status),
            ["status"] = status,
            ["detail"] = sentence,
            ["error"] = sentence,
            ["trace_id"] = "0af7651916cd43dd8448eb211c80319c",
        };
    }

    private static void Complete(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        var status = problem.Status ?? context.HttpContext.Response.StatusCode;
        var (kind, sentence) = Defaults.GetValueOrDefault(status, ("error", "The request failed."));
        if (problem.Type is null || !problem.Type.StartsWith("urn:sure:", StringComparison.Ordinal))
        {
            problem.Type = Problem.TypeOf(kind);
        }

        problem.Detail ??= sentence;
        problem.Extensions["error"] = problem.Detail;
        problem.Extensions.Remove("traceId");
        problem.Extensions["trace_id"] = Activity.Current?.TraceId.ToHexString() ?? context.HttpContext.TraceIdentifier;
        if (problem.Extensions.TryGetValue(RetryAfter, out var seconds))
        {
            context.HttpContext.Response.Headers.RetryAfter = seconds?.ToString();
        }
        else if (status is 502 or 503 or 504)
        {
            context.HttpContext.Response.Headers.RetryAfter = "2";
        }
    }
}

/// <summary>Exceptions are bugs, broken infrastructure or requests that could not be bound; here they become answers.</summary>
internal sealed partial class FailureHandler(IProblemDetailsService problems, ILogger<FailureHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var details = new ProblemDetails();
        switch (exception)
        {
            case BadHttpRequestException bad:
                var malformed = MalformedRequest.From(bad);
                details.Status = bad.StatusCode;
                details.Title = "The request cannot be read";
                details.Detail = malformed.Sentence;
                if (malformed.Field is { } field)
                {
                    details.Extensions["errors"] = new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [malformed.Sentence] };
                }

                break;

            case OperationCanceledException when httpContext.RequestAborted.IsCancellationRequested:
                httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
                return true;

            case var _ when BrokenDependency.Is(exception):
                Log.DependencyFailed(logger, exception);
                details.Status = StatusCodes.Status503ServiceUnavailable;
                details.Title = "Unavailable";
                break;

            default:
                // The exception handler middleware has logged it.
                details.Status = StatusCodes.Status500InternalServerError;
                details.Title = "Internal error";
                break;
        }

        httpContext.Response.StatusCode = details.Status.Value;
        return await problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = httpContext, ProblemDetails = details });
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "A dependency failed")]
        public static partial void DependencyFailed(ILogger logger, Exception exception);
    }
}
