using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Audit;
using Sure.Coordination.Writing;
using Sure.ServiceDefaults.Description;
using Sure.ServiceDefaults.Identity;
using Sure.ServiceDefaults.Problems;
using Sure.ServiceDefaults.Queries;

namespace Sure.UtilizationService.Incidents;

/// <summary>Body of <c>POST /api/v2/incidents</c>.</summary>
/// <param name="CoverageType"><c>smart_contract</c>, or <c>bridge</c> on a chain where no bridge is monitored.</param>
/// <param name="Chain">Where.</param>
/// <param name="OccurredAt">When, not in the future.</param>
/// <param name="EvidenceUrl">An http or https address where it can be looked up.</param>
/// <param name="Stablecoin">On which coin; required for <c>smart_contract</c>, absent for <c>bridge</c>.</param>
/// <param name="LossFraction">What policies pay of their cover, above 0 … 1; required for <c>smart_contract</c>, 1 for <c>bridge</c>.</param>
public sealed record IncidentRequest(
    CoverageType CoverageType, Chain Chain, DateTimeOffset OccurredAt, string EvidenceUrl, Stablecoin? Stablecoin = null, decimal? LossFraction = null);

/// <summary>Recording incidents and confirming those of others: four eyes.</summary>
internal static class IncidentEndpoints
{
    internal const int LongestText = 256;

    public static void MapIncidents(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/v2/incidents").WithTags("Incidents");
        group.MapGet("/", ListAsync).RequireScope(Scope.Read).WithName("ListIncidents").WithSummary("Incidents, newest first.");
        group.MapPost("/", RecordAsync).RequireScope(Scope.Admin).WithName("RecordIncident").WithSummary("Records an incident; it pays when another operator confirms it.")
            .WithLocation().WithExample(new IncidentRequest(
                CoverageType.SmartContract,
                Chain.Arbitrum,
                DateTimeOffset.FromUnixTimeSeconds(1_690_000_000),
                "https://example.org/post-mortem",
                Stablecoin.FRAX,
                0.25m));
        group.MapPost("/{id}/confirm", ConfirmAsync).RequireScope(Scope.Admin).WithName("ConfirmIncident").WithSummary("Confirms another operator's incident: policies pay.").MayRefuse(StatusCodes.Status409Conflict);
        group.MapPost("/{id}/dismiss", DismissAsync).RequireScope(Scope.Admin).WithName("DismissIncident").WithSummary("Closes an incident that was none: sales go on.").MayRefuse(StatusCodes.Status409Conflict);
    }

    private static async Task<Results<Ok<Page<Incident>>, ProblemHttpResult>> ListAsync(
        IncidentStore store, [OneOf<IncidentStatus>] string? status, string? cursor, [Range(1, PageRequest.LargestLimit)] int? limit, CancellationToken cancellationToken)
    {
        if (!PageRequest.TryRead(cursor, limit, out var page, out var refusal) || !Filter.TryRead<IncidentStatus>("status", status, out var wanted, out refusal))
        {
            return refusal;
        }

        return TypedResults.Ok(Page<Incident>.Of(await store.ListAsync(wanted, page, cancellationToken), i => i, i => i.IncidentId, page));
    }

    private static async Task<Results<Created<Incident>, ProblemHttpResult>> RecordAsync(
        IncidentRequest request, IncidentStore store, TimeProvider time, HttpContext context, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var faults = Faults(request, now);
        if (faults.Count > 0)
        {
            return Problem.OutsideBounds(faults);
        }

        var caller = context.Caller();
        var incident = new Incident(
            Guid.CreateVersion7(now),
            request.CoverageType,
            request.Chain,
            request.Stablecoin,
            request.OccurredAt,
            request.EvidenceUrl,
            request.LossFraction ?? 1m,
            IncidentStatus.Open,
            caller.Subject ?? "",
            now,
            DecidedBy: null,
            DecidedAt: null);
        await store.AddAsync(incident, Recorder.Of(caller), cancellationToken);
        return TypedResults.Created($"/api/v2/incidents/{incident.IncidentId}", incident);
    }

    private static Dictionary<string, string[]> Faults(IncidentRequest request, DateTimeOffset now)
    {
        var faults = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (request.CoverageType is not (CoverageType.SmartContract or CoverageType.Bridge))
        {
            faults["coverage_type"] = ["coverage_type must be smart_contract or bridge; the others are decided by prices."];
        }
        else if (request.CoverageType is CoverageType.Bridge && Bridge.OfChain(request.Chain).Count > 0)
        {
            faults["chain"] = [$"The bridges of {request.Chain.Word()} are monitored; confirm their exploit instead."];
        }
        else if (!new Product(request.CoverageType, request.Chain, request.Stablecoin ?? Stablecoin.USDC).IsOffered)
        {
            faults["chain"] = [$"{request.CoverageType.Word()} is not offered on {request.Chain.Word()}."];
        }

        var byCoin = request.CoverageType is CoverageType.SmartContract;
        if (byCoin != (request.Stablecoin is not null))
        {
            faults["stablecoin"] = [byCoin ? "stablecoin is required for smart_contract." : "stablecoin is left out for bridge, which concerns all."];
        }

        if (byCoin ? request.LossFraction is not (> 0 and <= 1) : request.LossFraction is not (null or 1))
        {
            faults["loss_fraction"] = [byCoin ? "loss_fraction must be above 0 and at most 1." : "A bridge pays in full; leave loss_fraction out."];
        }

        if (request.OccurredAt > now)
        {
            faults["occurred_at"] = ["occurred_at must not be in the future."];
        }

        if (request.EvidenceUrl.Length > LongestText
            || !Uri.TryCreate(request.EvidenceUrl, UriKind.Absolute, out var url)
            || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
        {
            faults["evidence_url"] = [$"evidence_url must be an http or https address of at most {LongestText} characters."];
        }

        return faults;
    }

    private static Task<Results<Ok<Incident>, ProblemHttpResult>> ConfirmAsync(
        string id, NpgsqlDataSource database, TimeProvider time, HttpContext context, CancellationToken cancellationToken) =>
        DecideAsync(id, IncidentStatus.Confirmed, database, time, context.Caller(), cancellationToken);

    private static Task<Results<Ok<Incident>, ProblemHttpResult>> DismissAsync(
        string id, NpgsqlDataSource database, TimeProvider time, HttpContext context, CancellationToken cancellationToken) =>
        DecideAsync(id, IncidentStatus.Dismissed, database, time, context.Caller(), cancellationToken);

    private static async Task<Results<Ok<Incident>, ProblemHttpResult>> DecideAsync(
        string id, IncidentStatus decision, NpgsqlDataSource database, TimeProvider time, Caller caller, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!Guid.TryParse(id, out var incidentId) || await IncidentStore.LockAsync(connection, transaction, incidentId, cancellationToken) is not { } found)
        {
            return Problem.NotFound("There is no such incident.");
        }

        var (incident, recorder) = found;
        if (incident.Status is not IncidentStatus.Open)
        {
            return Problem.Conflict($"This incident is {incident.Status.Word()} already.");
        }

        // Who recorded it may take it back, but not make it pay.
        if (decision is IncidentStatus.Confirmed && !recorder.IsAnotherThan(caller))
        {
            return Problem.Forbidden("An incident is confirmed by another operator than the one who recorded it.");
        }

        var now = time.GetUtcNow();
        var decided = incident with { Status = decision, DecidedBy = caller.Subject, DecidedAt = now };
        var batch = new WriteBatch(connection, transaction);
        batch.Add(
            "UPDATE incident SET status = $1, decided_by = $2, decided_at = $3 WHERE incident_id = $4",
            decision.Word(),
            decided.DecidedBy,
            now.ToUniversalTime(),
            incidentId);
        AuditTrail.Write(batch, caller.Subject ?? "", $"incident_{decision.Word()}", decided, now);
        await batch.ExecuteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.Ok(decided);
    }
}
