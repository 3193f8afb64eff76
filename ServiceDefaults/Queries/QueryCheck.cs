using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Sure.ServiceDefaults.Problems;

namespace Sure.ServiceDefaults.Queries;

/// <summary>Refuses queries that their endpoint did not declare, before it is asked.</summary>
internal static class QueryCheck
{
    public static void UseQueryCheck(this WebApplication app) => app.Use(static (context, next) =>
        context.Request.QueryString.HasValue
        && QueryRules.Of(context.GetEndpoint())?.Fault(context.Request.Query) is { } fault
            ? Problem.Malformed(fault.Field, fault.Sentence).ExecuteAsync(context)
            : next(context));
}
