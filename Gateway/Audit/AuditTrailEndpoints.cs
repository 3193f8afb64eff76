using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Sure.Contracts.Calls;
using Sure.Contracts.Json;
using Sure.Coordination.Audit;
using Sure.Gateway.Listeners;
using Sure.ServiceDefaults.Identity;
using Sure.ServiceDefaults.Paging;
using Sure.ServiceDefaults.Problems;

namespace Sure.Gateway.Audit;

/// <summary>A record of the audit trail as operators see it.</summary>
/// <param name="Service">Whose trail it is of.</param>
internal sealed record ShownAuditRecord(Guid AuditId, DateTimeOffset At, string Service, string Actor, string Action, JsonElement Detail);

/// <summary>
/// The audit trails of all services as one. Each service keeps its own beside what it tells of; ids are version 7 UUIDs, so that all
/// have one order. A trail that cannot be read makes no page: one with holes would look complete.
/// </summary>
internal static partial class AuditTrailEndpoints
{
    /// <summary>Name of the client that asks the services.</summary>
    public const string ClientName = "audit";

    /// <summary>The services that keep one, the gateway apart.</summary>
    private static readonly string[] Keepers = ["utilizationservice", "bridgeservice"];

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    public static void MapAuditTrail(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/api/v2/admin/audit", ReadAsync).RequireScope(Scope.Admin).OnPublicListener().WithTags("Administration")
            .WithName("ListAudit").WithSummary("What was done and by whom, on the whole platform, newest first.");

    private static async Task<Results<Ok<Page<ShownAuditRecord>>, ProblemHttpResult>> ReadAsync(
        AuditTrail own, IHttpClientFactory clients, ILoggerFactory loggers, string? cursor, [Range(1, PageRequest.LargestLimit)] int? limit, CancellationToken cancellationToken)
    {
        if (!PageRequest.TryRead(cursor, limit, out var page, out var refusal))
        {
            return refusal;
        }

        try
        {
            using var client = clients.CreateClient(ClientName);
            var asked = Keepers.Select(service => AskAsync(client, service, page, cancellationToken)).ToList();
            var trails = (await Task.WhenAll(asked))
                .Append((await own.ReadAsync(page.Before, page.Limit, cancellationToken)).Select(r => Show("gateway", r)));
            var records = trails.SelectMany(r => r).OrderByDescending(r => r.AuditId).Take(page.Limit).ToList();
            return TypedResults.Ok(Page<ShownAuditRecord>.Of(records, r => r, r => r.AuditId, page));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or JsonException or Polly.Timeout.TimeoutRejectedException or Polly.CircuitBreaker.BrokenCircuitException)
        {
            Log.TrailMissing(loggers.CreateLogger("Sure.Gateway.Audit"), exception.Message);
            return Problem.Unavailable("Not all of the audit trail can be read at the moment; try again shortly.", RetryAfter);
        }
    }

    private static async Task<IEnumerable<ShownAuditRecord>> AskAsync(HttpClient client, string service, PageRequest page, CancellationToken cancellationToken)
    {
        var before = page.Before is { } id ? $"&before={id}" : "";
        var answer = await client.GetFromJsonAsync<AuditPage>(
            new Uri($"http://{service}{AuditPage.Path}?limit={page.Limit}{before}"), SureJson.Internal, cancellationToken);
        return answer?.Items.Select(r => Show(service, r)) ?? throw new JsonException($"{service} answered no audit trail.");
    }

    private static ShownAuditRecord Show(string service, AuditRecord record) =>
        new(record.AuditId, record.At, service, record.Actor, record.Action, record.Detail);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The audit trail of a service could not be read: {Reason}")]
        public static partial void TrailMissing(ILogger logger, string reason);
    }
}
