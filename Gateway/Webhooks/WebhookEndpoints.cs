using System.ComponentModel.DataAnnotations;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Sure.Gateway.Listeners;
using Sure.ServiceDefaults.Description;
using Sure.ServiceDefaults.Identity;
using Sure.ServiceDefaults.Paging;
using Sure.ServiceDefaults.Problems;
using Sure.ServiceDefaults.Queries;

namespace Sure.Gateway.Webhooks;

/// <summary>Body of <c>POST /api/v2/webhooks</c>.</summary>
/// <param name="Url">Where to; <c>https</c>, at most 256 characters.</param>
/// <param name="Events">Of what it is told; at least one.</param>
internal sealed record WebhookRequest(string Url, IReadOnlyList<WebhookEvent> Events);

/// <summary>A webhook as it is shown.</summary>
internal sealed record WebhookDocument(Guid WebhookId, string Url, IReadOnlyList<WebhookEvent> Events, string CreatedBy, DateTimeOffset CreatedAt)
{
    public static WebhookDocument Of(Webhook webhook) => new(webhook.WebhookId, webhook.Url, webhook.Events, webhook.CreatedBy, webhook.CreatedAt);
}

/// <summary>A new webhook; its secret is shown here and never again.</summary>
internal sealed record NewWebhookDocument(
    Guid WebhookId, string Url, IReadOnlyList<WebhookEvent> Events, string CreatedBy, DateTimeOffset CreatedAt, string Secret);

/// <summary>Who is told of alerts and claims, and what became of it.</summary>
internal static class WebhookEndpoints
{
    /// <summary>A name server that takes longer does not hold up whoever makes a webhook; it is asked again for each delivery.</summary>
    private static readonly TimeSpan LookupTimeout = TimeSpan.FromSeconds(2);

    public static void MapWebhooks(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/v2/webhooks").WithTags("Webhooks").RequireScope(Scope.Admin).OnPublicListener();
        group.MapPost("/", CreateAsync).MayRefuse(StatusCodes.Status409Conflict)
            .WithName("CreateWebhook").WithSummary("Subscribes a URL to alerts and claims; the secret is shown this once.")
            .WithLocation().WithExample(new WebhookRequest("https://hooks.example.invalid/sure", [WebhookEvent.RiskAlerts]));
        group.MapGet("/", ListAsync).WithName("ListWebhooks").WithSummary("The webhooks, newest first.");
        group.MapGet("/{id}", FindAsync).WithName("GetWebhook").WithSummary("One webhook.");
        group.MapDelete("/{id}", DeleteAsync).WithName("DeleteWebhook").WithSummary("Forgets a webhook with what is still to be sent to it.");
        group.MapGet("/{id}/deliveries", ListDeliveriesAsync).WithName("ListDeliveries").WithSummary("What was sent or is to be, newest first.");
        group.MapPost("/{id}/test", TestAsync).WithName("TestWebhook").WithSummary("Sends a test.").WithLocation();
    }

    private static async Task<Results<Created<NewWebhookDocument>, ProblemHttpResult>> CreateAsync(
        WebhookRequest request,
        WebhookStore store,
        TargetPolicy targets,
        IOptions<WebhookOptions> options,
        HttpContext context,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (request.Events.Count == 0)
        {
            return Problem.NotAllowed("outside-bounds", "events must hold at least one.", "events");
        }

        if (!targets.TryRead(request.Url, out var url, out var fault))
        {
            return Problem.NotAllowed("outside-bounds", fault, "url");
        }

        if (await LeadsAstrayAsync(url, targets, time, cancellationToken))
        {
            return Problem.NotAllowed("outside-bounds", "url must lead to a public address.", "url");
        }

        var now = time.GetUtcNow();
        var caller = context.Caller();
        var webhook = new Webhook(Guid.CreateVersion7(now), url.AbsoluteUri, [.. request.Events.Distinct()], WebhookSecret.Generate(), caller.Subject ?? "", now);
        if (!await store.TryAddAsync(webhook, caller, options.Value.Most, cancellationToken))
        {
            return Problem.Conflict($"There are {options.Value.Most} webhooks already; delete one first.");
        }

        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created(
            $"/api/v2/webhooks/{webhook.WebhookId}",
            new NewWebhookDocument(webhook.WebhookId, webhook.Url, webhook.Events, webhook.CreatedBy, webhook.CreatedAt, webhook.Secret));
    }

    private static async Task<Results<Ok<Page<WebhookDocument>>, ProblemHttpResult>> ListAsync(
        WebhookStore store, string? cursor, [Range(1, PageRequest.LargestLimit)] int? limit, CancellationToken cancellationToken) =>
        PageRequest.TryRead(cursor, limit, out var page, out var refusal)
            ? TypedResults.Ok(Page<WebhookDocument>.Of(await store.ListAsync(page, cancellationToken), WebhookDocument.Of, w => w.WebhookId, page))
            : refusal;

    private static async Task<Results<Ok<WebhookDocument>, ProblemHttpResult>> FindAsync(
        string id, WebhookStore store, CancellationToken cancellationToken) =>
        Guid.TryParse(id, out var webhookId) && await store.FindAsync(webhookId, cancellationToken) is { } webhook
            ? TypedResults.Ok(WebhookDocument.Of(webhook))
            : NotFound();

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        string id, WebhookStore store, HttpContext context, TimeProvider time, CancellationToken cancellationToken) =>
        Guid.TryParse(id, out var webhookId) && await store.DeleteAsync(webhookId, context.Caller(), time.GetUtcNow(), cancellationToken)
            ? TypedResults.NoContent()
            : NotFound();

    private static async Task<Results<Ok<Page<DeliveryDocument>>, ProblemHttpResult>> ListDeliveriesAsync(
        string id,
        WebhookStore store,
        DeliveryStore deliveries,
        [OneOf<DeliveryStatus>] string? status,
        string? cursor,
        [Range(1, PageRequest.LargestLimit)] int? limit,
        CancellationToken cancellationToken)
    {
        if (!PageRequest.TryRead(cursor, limit, out var page, out var refusal)
            || !Filter.TryRead<DeliveryStatus>("status", status, out var byStatus, out refusal))
        {
            return refusal;
        }

        if (!Guid.TryParse(id, out var webhookId) || await store.FindAsync(webhookId, cancellationToken) is null)
        {
            return NotFound();
        }

        var items = await deliveries.ListAsync(webhookId, byStatus, page, cancellationToken);
        return TypedResults.Ok(Page<DeliveryDocument>.Of(items, d => d, d => d.DeliveryId, page));
    }

    private static async Task<Results<Accepted<DeliveryDocument>, ProblemHttpResult>> TestAsync(
        string id, DeliveryStore deliveries, HttpContext context, TimeProvider time, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return Guid.TryParse(id, out var webhookId)
            && await deliveries.QueueTestAsync(webhookId, context.Caller(), now, cancellationToken) is { } delivery
                ? TypedResults.Accepted($"/api/v2/webhooks/{webhookId}/deliveries", delivery)
                : NotFound();
    }

    /// <summary>
    /// Whether the name leads to an address that may not be reached. A name that has none yet does not: what counts is the address of each
    /// connection, this is only to say it early.
    /// </summary>
    private static async Task<bool> LeadsAstrayAsync(Uri url, TargetPolicy targets, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(LookupTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await targets.ResolveAsync(url.IdnHost, either.Token);
            return false;
        }
        catch (ForbiddenTargetException)
        {
            return true;
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static ProblemHttpResult NotFound() => Problem.NotFound("There is no such webhook.");
}
