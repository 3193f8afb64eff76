using System.Net;
using Microsoft.Extensions.Options;
using Sure.Gateway.Audit;
using Sure.Gateway.Keys;
using Sure.Gateway.Limits;
using Sure.Gateway.Listeners;
using Sure.ServiceDefaults.Identity;
using Sure.ServiceDefaults.Problems;

namespace Sure.Gateway.Callers;

/// <summary>
/// Finds out who asks, where that matters to anybody. Whoever cannot be let in is turned away only after the request has been counted.
/// </summary>
internal sealed class CallerFinder(KeyRing keys, TokenIssuers issuers, LimitCheck limits, SecurityWatch security, IOptions<GatewayOptions> options)
{
    private const string Scheme = "Bearer ";

    private readonly Networks _administration = Networks.Of(options.Value.AdminNetworks);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    public Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        if (LimitCheck.IsExempt(context))
        {
            return next(context);
        }

        // Nearly always known at once; only who must be looked up is waited for.
        var finding = FindAsync(context);
        return finding.IsCompletedSuccessfully ? HandleAsync(context, next, finding.Result) : HandleAsync(context, next, finding);
    }

    private async Task HandleAsync(HttpContext context, RequestDelegate next, ValueTask<FoundCaller> finding) =>
        await HandleAsync(context, next, await finding);

    private Task HandleAsync(HttpContext context, RequestDelegate next, FoundCaller found)
    {
        if (found is FoundCaller.Limited limited)
        {
            return limits.RefuseAsync(context, RateClass.Lookups, LimitCheck.ClientOf(context.Connection.RemoteIpAddress), limited.Verdict);
        }

        context.Features.Set(found);
        if (found is FoundCaller.Known { Client: var client })
        {
            if (!_administration.IsEmpty && !_administration.Contains(context.Connection.RemoteIpAddress))
            {
                client = client.WithoutAdmin;
            }

            context.Features.Set(client);
            context.User = client.Principal;
        }

        return next(context);
    }

    /// <summary>Lets in whom nothing speaks against.</summary>
    public Task AdmitAsync(HttpContext context, RequestDelegate next)
    {
        switch (context.Features.Get<FoundCaller>())
        {
            case FoundCaller.Refused refused:
                var address = Site.NameOf(context.Connection.RemoteIpAddress);
                security.Note(SecurityKind.AuthFailed, address, address, $"What was sent to be recognised is not good: {refused.Reason}.");
                // Answered by the status code pages.
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                context.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
                return Task.CompletedTask;

            case FoundCaller.Unknown:
                return Problem.Unavailable("The key cannot be checked at the moment; try again shortly.", RetryAfter).ExecuteAsync(context);

            default:
                return next(context);
        }
    }

    /// <summary>Whose key or token it is; never nobody's in particular. A lookup counts for nobody.</summary>
    public ValueTask<FoundCaller> FindAsync(string credential, CancellationToken cancellationToken) => FindAsync(credential, from: null, cancellationToken);

    private async ValueTask<FoundCaller> FindAsync(HttpContext context)
    {
        // Taken out even where the header counts: nobody behind this sees it.
        var inQuery = SocketToken.TakeFrom(context.Request);
        var sent = context.Request.Headers.Authorization;
        if (sent.Count == 0)
        {
            sent = inQuery;
        }

        if (sent.Count == 0)
        {
            return FoundCaller.Anonymous.Instance;
        }

        return sent is [{ } text] && text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? await FindAsync(text[Scheme.Length..].Trim(), context.Connection.RemoteIpAddress, context.RequestAborted)
            : new FoundCaller.Refused("it is no bearer token");
    }

    private async ValueTask<FoundCaller> FindAsync(string credential, IPAddress? from, CancellationToken cancellationToken)
    {
        if (issuers.CanRead(credential))
        {
            return await issuers.FindAsync(credential, cancellationToken);
        }

        return await keys.CheckAsync(credential, from, cancellationToken) switch
        {
            KeyCheck.Known known => new FoundCaller.Known(known.Client),
            KeyCheck.Unknown => FoundCaller.Unknown.Instance,
            KeyCheck.Limited limited => new FoundCaller.Limited(limited.Verdict),
            _ => new FoundCaller.Refused("it is no key that is good"),
        };
    }
}
