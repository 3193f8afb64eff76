using System.Buffers;
using Microsoft.AspNetCore.Http.Features;

namespace Sure.Gateway.Hardening;

/// <summary>
/// Which request targets mean one path to everybody who reads them. What two readers could understand differently, for example
/// <c>..%2finternal</c>, is not passed on.
/// </summary>
internal static class PathGuard
{
    /// <summary>Nearly every path has none of these, and then nothing in it can be doubtful but an empty segment.</summary>
    private static readonly SearchValues<char> LookedAt =
        SearchValues.Create([.. Enumerable.Range(0, char.MaxValue + 1).Select(c => (char)c).Where(c => char.IsControl(c) || c is '%' or '.' or '\\' or ';')]);

    /// <summary>Percent-encoded octets that are nobody's business in a path of ours: dots, slashes, backslashes and percent signs.</summary>
    private static readonly string[] Ambiguous = ["%2e", "%2f", "%5c", "%25"];

    public static Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        if (IsPlain(context))
        {
            return next(context);
        }

        // Answered by the status code pages.
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    /// <summary>Whether the target of this request is unambiguous.</summary>
    public static bool IsPlain(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        if (target.IndexOf("://", StringComparison.Ordinal) is > 0 and var scheme && target.IndexOf('/', scheme + 3) is > 0 and var path && target[0] != '/')
        {
            // The absolute form, as a client sends it to a proxy.
            target = target[path..];
        }

        // What the server could not decode, it leaves encoded.
        return context.Request.Path.Value is { } decoded && IsPlain(decoded) && !decoded.Contains('%', StringComparison.Ordinal) && IsPlain(target);
    }

    /// <summary>Whether <paramref name="target"/>, as it came over the wire, is an unambiguous path with an optional query.</summary>
    public static bool IsPlain(string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        var end = target.IndexOf('?', StringComparison.Ordinal);
        var path = end < 0 ? target : target[..end];
        return path is ['/', ..] && !path.Contains("//", StringComparison.Ordinal) && (!path.AsSpan().ContainsAny(LookedAt) || IsPlainThough(path));
    }

    private static bool IsPlainThough(string path) =>
        !path.Any(c => c is '\\' or ';' || char.IsControl(c))
        && !HasControlOctet(path)
        && !Ambiguous.Any(a => path.Contains(a, StringComparison.OrdinalIgnoreCase))
        && !path.Split('/').Any(segment => segment is "." or "..");

    private static bool HasControlOctet(string path)
    {
        for (var i = path.IndexOf('%', StringComparison.Ordinal); i >= 0; i = path.IndexOf('%', i + 1))
        {
            if (i + 2 >= path.Length || !char.IsAsciiHexDigit(path[i + 1]) || !char.IsAsciiHexDigit(path[i + 2]))
            {
                return true;
            }

            if (path[i + 1] is '0' or '1' || path.AsSpan(i + 1, 2).Equals("7f", StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
