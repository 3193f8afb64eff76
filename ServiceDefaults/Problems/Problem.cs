using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Sure.ServiceDefaults.Problems;

/// <summary>The refusals of the public contract as RFC 9457 problem details with a stable <c>type</c>.</summary>
public static class Problem
{
    private const string TypePrefix = "urn:sure:problem:";

    /// <summary>No field of ours has a longer path.</summary>
    private const int LongestEcho = 64;

    /// <summary>400: the request cannot be read; <paramref name="field"/> says where, <paramref name="detail"/> what is expected.</summary>
    public static ProblemHttpResult Malformed(string? field, string detail) =>
        Of(StatusCodes.Status400BadRequest, "malformed", "The request cannot be read", detail, field);

    /// <summary>403: the caller is known and may not do this.</summary>
    public static ProblemHttpResult Forbidden(string detail) =>
        Of(StatusCodes.Status403Forbidden, "forbidden", "Forbidden", detail);

    /// <summary>404.</summary>
    public static ProblemHttpResult NotFound(string detail) =>
        Of(StatusCodes.Status404NotFound, "not-found", "Not found", detail);

    /// <summary>409: it contradicts what is already so.</summary>
    public static ProblemHttpResult Conflict(string detail) =>
        Of(StatusCodes.Status409Conflict, "conflict", "Conflict", detail);

    /// <summary>410: it was there and is over.</summary>
    public static ProblemHttpResult Gone(string detail) =>
        Of(StatusCodes.Status410Gone, "expired", "Expired", detail);

    /// <summary>422: well-formed but not allowed. <paramref name="kind"/> becomes the last part of <c>type</c>.</summary>
    /// <param name="kind">For example <c>outside-bounds</c>, <c>not-offered</c>.</param>
    /// <param name="detail">One sentence for a person.</param>
    /// <param name="field">The field it is about, as it is called on the wire.</param>
    /// <param name="extensions">Further members, for example <c>checks</c>.</param>
    public static ProblemHttpResult NotAllowed(
        string kind,
        string detail,
        string? field = null,
        IReadOnlyDictionary<string, object?>? extensions = null) =>
        Of(StatusCodes.Status422UnprocessableEntity, kind, "Not allowed", detail, field, extensions);

    /// <summary>422 with one or more fields outside their bounds.</summary>
    /// <param name="errors">Sentences by field; at least one.</param>
    public static ProblemHttpResult OutsideBounds(IReadOnlyDictionary<string, string[]> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        var detail = string.Join(' ', errors.SelectMany(e => e.Value));
        return With(Of(StatusCodes.Status422UnprocessableEntity, "outside-bounds", "Not allowed", detail), errors);
    }

    /// <summary>429: it is more than is allowed; the client may come back after <paramref name="retryAfter"/>.</summary>
    public static ProblemHttpResult TooManyRequests(string detail, TimeSpan retryAfter) => Of(
        StatusCodes.Status429TooManyRequests,
        "rate-limited",
        "Too many requests",
        detail,
        extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { [PlatformProblems.RetryAfter] = (int)Math.Ceiling(retryAfter.TotalSeconds) });

    /// <summary>503: something it needs is away; the client may come back after <paramref name="retryAfter"/>.</summary>
    public static ProblemHttpResult Unavailable(string detail, TimeSpan retryAfter) => Of(
        StatusCodes.Status503ServiceUnavailable,
        "unavailable",
        "Unavailable",
        detail,
        extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { [PlatformProblems.RetryAfter] = (int)Math.Ceiling(retryAfter.TotalSeconds) });

    /// <summary>What a client sent as it is told back: enough of it to recognise it by.</summary>
    public static string Shorten(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length <= LongestEcho ? text : $"{text[..LongestEcho]}…";
    }

    /// <summary>The stable type of <paramref name="kind"/>.</summary>
    public static string TypeOf(string kind) => TypePrefix + kind;

    private static ProblemHttpResult Of(
        int status,
        string kind,
        string title,
        string detail,
        string? field = null,
        IReadOnlyDictionary<string, object?>? extensions = null)
    {
        var details = new ProblemDetails { Type = TypeOf(kind), Title = title, Status = status, Detail = detail };
        foreach (var (name, value) in extensions ?? new Dictionary<string, object?>(StringComparer.Ordinal))
        {
            details.Extensions[name] = value;
        }

        var problem = TypedResults.Problem(details);
        return field is null ? problem : With(problem, new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [detail] });
    }

    private static ProblemHttpResult With(ProblemHttpResult problem, IReadOnlyDictionary<string, string[]> errors)
    {
        problem.ProblemDetails.Extensions["errors"] = errors;
        return problem;
    }
}
