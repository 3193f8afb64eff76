using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Sure.Contracts.Vocabulary;
using Sure.ServiceDefaults.Description;
using Sure.ServiceDefaults.Identity;
using Sure.ServiceDefaults.Problems;
using Sure.ServiceDefaults.Queries;
using Sure.UtilizationService.Idempotency;

namespace Sure.UtilizationService.Policies;

/// <summary>Body of <c>POST /api/v2/policies</c>.</summary>
/// <param name="QuoteId">The quote to bind.</param>
/// <param name="Holder">Whose policy it becomes; defaults to the caller's subject.</param>
public sealed record BindRequest(Guid QuoteId, string? Holder = null);

/// <summary>Binding and reading policies.</summary>
internal static class PolicyEndpoints
{
    internal const int LongestName = 256;

    public static void MapPolicies(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/v2/policies").WithTags("Policies");
        group.MapPost("/", BindAsync).RequireScope(Scope.Write).WithName("BindPolicy").WithSummary("Binds a quote: the policy is in force at once.")
            .WithLocation().WithExample(new BindRequest(new Guid("01890a5d-ac96-774b-bcce-b302099a8057")))
            .TakesIdempotencyKey().Produces<PolicyDocument>(StatusCodes.Status201Created).MayRefuse(StatusCodes.Status409Conflict, StatusCodes.Status410Gone);
        group.MapGet("/", ListAsync).RequireScope(Scope.Read).WithName("ListPolicies").WithSummary("Policies, newest first.");
        group.MapGet("/{id}", FindAsync).RequireScope(Scope.Read).WithName("GetPolicy").WithSummary("One policy.");
    }

    private static async Task<IResult> BindAsync(BindRequest request, PolicyBinder binder, HttpContext context, CancellationToken cancellationToken)
    {
        var caller = context.Caller();
        var holder = request.Holder ?? caller.Subject ?? "";
        if (holder.Length is 0 or > LongestName)
        {
            return Problem.NotAllowed("outside-bounds", $"holder must have 1 … {LongestName} characters.", "holder");
        }

        if (!caller.MayActFor(holder))
        {
            return Problem.Forbidden("holder must be yourself.");
        }

        if (!IdempotentRequest.TryRead(context, request, out var idempotent, out var refusal))
        {
            return refusal;
        }

        return await binder.BindQuoteAsync(request.QuoteId, holder, caller.Subject ?? "", idempotent, cancellationToken) switch
        {
            BindOutcome.Bound bound => bound.Answer.ToResult(),
            BindOutcome.AlreadyBound => Problem.Conflict("This quote has been bound already."),
            BindOutcome.Expired => Problem.Gone("This quote has expired; ask for a new one."),
            BindOutcome.Unknown => Problem.NotAllowed("unknown-quote", "quote_id is not the id of a quote.", "quote_id"),
            BindOutcome.NotBindable => Problem.NotAllowed("not-bindable", "This quote was given for information and cannot be bound.", "quote_id"),
            BindOutcome.Refused refused => refused.Problem,
            BindOutcome.Declined declined => Decline(declined.Failed),
            var other => throw new InvalidOperationException($"No answer for {other}."),
        };
    }

    private static async Task<Results<Ok<PolicyDocument>, ProblemHttpResult>> FindAsync(
        string id, PolicyStore store, TimeProvider time, HttpContext context, CancellationToken cancellationToken) =>
        Guid.TryParse(id, out var policyId)
        && await store.FindAsync(policyId, cancellationToken) is { } policy
        && context.Caller().MayActFor(policy.Holder)
            ? TypedResults.Ok(PolicyDocument.Of(policy, time.GetUtcNow()))
            : Problem.NotFound("There is no such policy.");

    private static async Task<Results<Ok<Page<PolicyDocument>>, ProblemHttpResult>> ListAsync(
        PolicyStore store,
        TimeProvider time,
        HttpContext context,
        string? holder,
        [OneOf<PolicyStatus>] string? status,
        [OneOf<CoverageType>] string? coverage_type,
        [OneOf<Chain>] string? chain,
        [OneOf<Stablecoin>] string? stablecoin,
        string? cursor,
        [Range(1, PageRequest.LargestLimit)] int? limit,
        CancellationToken cancellationToken)
    {
        if (!PageRequest.TryRead(cursor, limit, out var page, out var refusal)
            || !Filter.TryRead<PolicyStatus>("status", status, out var statusFilter, out refusal)
            || !Filter.TryRead<CoverageType>("coverage_type", coverage_type, out var typeFilter, out refusal)
            || !Filter.TryRead<Chain>("chain", chain, out var chainFilter, out refusal)
            || !Filter.TryRead<Stablecoin>("stablecoin", stablecoin, out var coinFilter, out refusal))
        {
            return refusal;
        }

        var caller = context.Caller();
        var now = time.GetUtcNow();
        // Who is no operator sees the own policies only; another holder's list is empty rather than forbidden, as are single policies.
        var own = caller.IsAdmin ? holder : caller.Subject;
        var policies = !caller.IsAdmin && holder is not null && holder != caller.Subject
            ? []
            : await store.ListAsync(new PolicyFilter(own, statusFilter, typeFilter, chainFilter, coinFilter), page.Before, page.Limit, cancellationToken);
        return TypedResults.Ok(Page<PolicyDocument>.Of(policies, p => PolicyDocument.Of(p, now), p => p.PolicyId, page));
    }

    private static ProblemHttpResult Decline(IReadOnlyList<UnderwritingCheck> failed) => Problem.NotAllowed(
        "declined",
        $"The pool cannot carry this policy: {string.Join(", ", failed.Select(f => f.Subject is null ? f.Check : $"{f.Check} of {f.Subject}"))}.",
        extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { ["checks"] = failed });
}
