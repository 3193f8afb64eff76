using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Sure.ServiceDefaults.Description;
using Sure.ServiceDefaults.Identity;
using Sure.ServiceDefaults.Problems;
using Sure.ServiceDefaults.Queries;
using Sure.UtilizationService.Claims.Evidence;
using Sure.UtilizationService.Idempotency;
using Sure.UtilizationService.Policies;
using Sure.UtilizationService.Pool;

namespace Sure.UtilizationService.Claims;

/// <summary>Body of <c>POST /api/v2/claims</c>.</summary>
/// <param name="PolicyId">The policy that is to pay.</param>
public sealed record ClaimRequest(Guid PolicyId);

/// <summary>Filing claims, reading them and the evidence they rest on.</summary>
internal static class ClaimEndpoints
{
    public static void MapClaims(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/v2/claims").WithTags("Claims");
        group.MapPost("/", FileAsync).RequireScope(Scope.Write).QueuesForJudgement().WithName("FileClaim").WithSummary("Files a claim; it is decided by recorded points.")
            .WithLocation().WithExample(new ClaimRequest(new Guid("01890a5d-ac96-774b-bcce-b302099a8057"))).TakesIdempotencyKey()
            .Produces<ClaimDocument>(StatusCodes.Status201Created).Produces<ClaimDocument>().MayRefuse(StatusCodes.Status404NotFound);
        group.MapGet("/", ListAsync).RequireScope(Scope.Read).WithName("ListClaims").WithSummary("Claims, newest first.");
        group.MapGet("/{id}", FindAsync).RequireScope(Scope.Read).WithName("GetClaim").WithSummary("One claim.");
        group.MapGet("/{id}/evidence", FindEvidenceAsync).RequireScope(Scope.Read).WithName("GetEvidence").WithSummary("What the decision rests on, linked to the one before it.");
        group.MapGet("/evidence-chain", ListEvidenceAsync).WithName("GetEvidenceChain").WithSummary("The hashes of all decisions, in order; a cursor is the number of the decision after which a page begins.")
            .WithAnswer(new EvidenceChainAnswer([new ChainedHash(1, EvidenceChain.Genesis, EvidenceChain.HashOf(EvidenceChain.Genesis, "{}"))], "1"));
    }

    /// <summary>Where a claim is read.</summary>
    internal static string PathOf(Claim claim) => $"/api/v2/claims/{claim.ClaimId}";

    private static async Task<IResult> FileAsync(
        ClaimRequest request, PolicyStore policies, ClaimFiling filing, HttpContext context, CancellationToken cancellationToken)
    {
        var caller = context.Caller();
        if (await policies.FindAsync(request.PolicyId, cancellationToken) is not { } policy || !caller.MayActFor(policy.Holder))
        {
            return Problem.NotFound("There is no such policy.");
        }

        return IdempotentRequest.TryRead(context, request, out var idempotent, out var refusal)
            ? (await filing.FileAsync(policy, caller.Subject ?? "", idempotent, cancellationToken)).ToResult()
            : refusal;
    }

    private static async Task<Results<Ok<ClaimDocument>, ProblemHttpResult>> FindAsync(
        string id, ClaimStore store, TimeProvider time, HttpContext context, CancellationToken cancellationToken) =>
        await FindOwnAsync(id, store, context, cancellationToken) is { } claim
            ? TypedResults.Ok(ClaimDocument.Of(claim, time.GetUtcNow()))
            : Problem.NotFound("There is no such claim.");

    private static async Task<Results<Ok<EvidenceBundle>, ProblemHttpResult>> FindEvidenceAsync(
        string id, ClaimStore store, EvidenceStore evidence, HttpContext context, CancellationToken cancellationToken) =>
        await FindOwnAsync(id, store, context, cancellationToken) is { } claim
        && await evidence.FindAsync(claim.ClaimId, cancellationToken) is { } bundle
            ? TypedResults.Ok(bundle)
            : Problem.NotFound("There is no such claim, or it is not decided yet.");

    private static async Task<Claim?> FindOwnAsync(string id, ClaimStore store, HttpContext context, CancellationToken cancellationToken) =>
        Guid.TryParse(id, out var claimId)
        && await store.FindAsync(claimId, cancellationToken) is { } claim
        && context.Caller().MayActFor(claim.Holder)
            ? claim
            : null;

    private static async Task<Results<Ok<Page<ClaimDocument>>, ProblemHttpResult>> ListAsync(
        ClaimStore store,
        TimeProvider time,
        HttpContext context,
        [OneOf<ClaimStatus>] string? status,
        string? policy_id,
        string? cursor,
        [Range(1, PageRequest.LargestLimit)] int? limit,
        CancellationToken cancellationToken)
    {
        if (!PageRequest.TryRead(cursor, limit, out var page, out var refusal) || !Filter.TryRead<ClaimStatus>("status", status, out var statusFilter, out refusal))
        {
            return refusal;
        }

        Guid? policyId = null;
        if (policy_id is not null)
        {
            if (!Guid.TryParse(policy_id, out var parsed))
            {
                return Problem.Malformed("policy_id", "policy_id must be the id of a policy.");
            }

            policyId = parsed;
        }

        var caller = context.Caller();
        var now = time.GetUtcNow();
        var found = await store.ListAsync(new ClaimFilter(caller.IsAdmin ? null : caller.Subject, statusFilter, policyId), page, cancellationToken);
        return TypedResults.Ok(Page<ClaimDocument>.Of(found, c => ClaimDocument.Of(c, now), c => c.ClaimId, page));
    }

    private static async Task<Results<Ok<EvidenceChainAnswer>, ProblemHttpResult>> ListEvidenceAsync(
        EvidenceStore store, [Range(typeof(long), "0", "9223372036854775807")] long? cursor, [Range(1, PageRequest.LargestLimit)] int? limit, CancellationToken cancellationToken)
    {
        if (!PageRequest.TryRead(cursor: null, limit, out var page, out var refusal))
        {
            return refusal;
        }

        if (cursor is < 0)
        {
            return Problem.Malformed("cursor", "cursor must be one that a page gave.");
        }

        var hashes = await store.ListAsync(cursor ?? 0, page.Limit, cancellationToken);
        return TypedResults.Ok(new EvidenceChainAnswer(hashes, hashes.Count == page.Limit ? $"{hashes[^1].Number}" : null));
    }

    internal sealed record EvidenceChainAnswer(IReadOnlyList<ChainedHash> Items, string? NextCursor);
}
