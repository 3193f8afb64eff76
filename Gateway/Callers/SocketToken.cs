using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Sure.Gateway.Routing;

namespace Sure.Gateway.Callers;

/// <summary>
/// The token of a page that connects a WebSocket: browsers let it set no header, so it comes as <c>/ws?access_token=</c>. It is taken out of
/// the query, so that nothing behind this sees it.
/// </summary>
internal static class SocketToken
{
    private const string Parameter = "access_token";

    /// <summary>What would stand in the header <c>Authorization</c>; empty where there is no token.</summary>
    public static StringValues TakeFrom(HttpRequest request)
    {
        // A slash at its end leads to the same route.
        if (!request.Path.StartsWithSegments(LiveSocket.Path, StringComparison.OrdinalIgnoreCase, out var rest) || rest.Value is not ("" or "/") || !request.Query.TryGetValue(Parameter, out var tokens))
        {
            return StringValues.Empty;
        }

        request.QueryString = QueryString.Create(QueryHelpers.ParseQuery(request.QueryString.Value)
            .Where(p => !string.Equals(p.Key, Parameter, StringComparison.OrdinalIgnoreCase)));
        // More than one is as good as a wrong one.
        return tokens is [{ } token] ? $"Bearer {token}" : tokens;
    }
}
