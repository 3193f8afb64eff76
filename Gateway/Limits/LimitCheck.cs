using System.Net;
using Sure.Gateway.Audit;
using Sure.Gateway.Callers;
using Sure.Gateway.Listeners;
using Sure.ServiceDefaults.Identity;
using Sure.ServiceDefaults.Problems;
using Yarp.ReverseProxy.Model;

namespace Sure.Gateway.Limits;

/// <summary>
/// Holds every request to the limit of its client. What the gateway answers by itself outside <c>/api</c> – health, pages and their files,
/// among them the description that <c>/docs</c> reads – is exempt; what a service answers, or nobody does, is not.
/// </summary>
internal sealed class LimitCheck(RateLimiter limiter, SecurityWatch security)
{
    private static readonly PathString Api = "/api";

    public Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        if (IsExempt(context))
        {
            return next(context);
        }

        var spending = MaySpendAsync(context, cost: 1);
        return spending.IsCompletedSuccessfully ? HandleAsync(context, next, spending.Result) : HandleAsync(context, next, spending);
    }

    /// <summary>Spends <paramref name="cost"/> requests of the client; false after the refusal where it has not so many left.</summary>
    public async ValueTask<bool> MaySpendAsync(HttpContext context, long cost)
    {
        var rate = RateClasses.Of(context.Request.Method, context.Request.Path);
        var client = ClientOf(context);
        var verdict = await limiter.SpendAsync(rate, client, cost);
        context.Features.Set(verdict);
        if (!verdict.IsAllowed)
        {
            await RefuseAsync(context, rate, client, verdict);
        }

        return verdict.IsAllowed;
    }

    /// <summary>Answers a client that has used up its limit.</summary>
    public Task RefuseAsync(HttpContext context, RateClass rate, LimitedClient client, RateVerdict verdict)
    {
        context.Features.Set(verdict);
        if (verdict.IsFirstRefusal)
        {
            security.Note(
                SecurityKind.LimitHit,
                client.Name,
                context.Features.Get<Client>()?.Subject ?? client.Name,
                $"It has used up its {verdict.Limit} requests per minute of the class {rate}.");
        }

        return Problem.TooManyRequests(
            $"This is more than {verdict.Limit} requests per minute; come back in {verdict.ResetSeconds} s.", TimeSpan.FromSeconds(verdict.ResetSeconds))
            .ExecuteAsync(context);
    }

    /// <summary>The key or token, else the site of the address.</summary>
    public static LimitedClient ClientOf(HttpContext context) =>
        context.Features.Get<Client>() is { } client
            ? new LimitedClient(client.Id, IsKnown: true, client.LimitScale)
            : ClientOf(context.Connection.RemoteIpAddress);

    /// <summary>A site, whoever asks from there.</summary>
    public static LimitedClient ClientOf(IPAddress? address) => new(Site.NameOf(address), IsKnown: false, Factor: 1);

    private static Task HandleAsync(HttpContext context, RequestDelegate next, bool isAllowed) => isAllowed ? next(context) : Task.CompletedTask;

    private static async Task HandleAsync(HttpContext context, RequestDelegate next, ValueTask<bool> spending) =>
        await HandleAsync(context, next, await spending);

    /// <summary>Whether nobody counts this request or wants to know whose it is.</summary>
    public static bool IsExempt(HttpContext context) =>
        context.IsInternal()
        || (context.GetEndpoint() is { } endpoint
            && !context.Request.Path.StartsWithSegments(Api, StringComparison.OrdinalIgnoreCase)
            && endpoint.Metadata.GetMetadata<RouteModel>() is null);
}
