using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Sure.Contracts.Calls;
using Sure.Contracts.Json;
using Sure.Contracts.Vocabulary;
using Sure.QuoteService.Pricing;
using Sure.ServiceDefaults.Description;
using Sure.ServiceDefaults.Identity;
using Sure.ServiceDefaults.Problems;

namespace Sure.QuoteService.Quotes;

/// <summary>Quotes and refusals in the order of the requests.</summary>
public sealed record BatchAnswer(IReadOnlyList<BatchResult> Results, DateTimeOffset Timestamp);

/// <summary>What became of one request of a batch: a quote or a problem.</summary>
public sealed record BatchResult(int Index, QuoteDocument? Quote, BatchProblem? Problem);

/// <summary>Why one request of a batch got no quote: what it would have been answered alone.</summary>
/// <param name="Type">For example <c>urn:sure:problem:outside-bounds</c>.</param>
/// <param name="Status">400 where it cannot be read, 422 where it is not allowed.</param>
/// <param name="Error">One sentence for a person.</param>
public sealed record BatchProblem(string Type, int Status, string Error);

/// <summary>Asking for quotes and reading them.</summary>
internal static class QuoteEndpoints
{
    internal const int LargestBatch = 560;
    private const int LargestBody = 64 * 1024;
    private const int LargestBatchBody = 1024 * 1024;

    public static void MapQuotes(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/v2").WithTags("Quotes");
        group.MapPost("/quote/multi-dimensional", IssueAsync).WithMetadata(new RequestSizeLimitAttribute(LargestBody))
            .WithName("Quote").WithSummary("A premium, valid for five minutes.")
            .WithExample(new QuoteRequest(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC, 10_000m, 90));
        group.MapPost("/quote/batch", IssueBatchAsync).WithMetadata(new RequestSizeLimitAttribute(LargestBatchBody))
            .WithName("QuoteBatch").WithSummary("Up to 560 quotes at once; a request that cannot be read or priced is a problem in its place.")
            .WithExample(new BatchRequest(QuoteRequests.Of(
                new QuoteRequest(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC, 10_000m, 90, PricingMode.Dynamic, 0.98m, 0.85m, 6),
                new QuoteRequest(CoverageType.SmartContract, Chain.Base, Stablecoin.USDT, 2_500m, 30))));
        group.MapGet("/quotes/{quote_id}", FindAsync).WithName("GetQuote").WithSummary("A quote while it lives.");
        endpoints.MapGet(BindableQuote.Path + "{quote_id:guid}", FindBindableAsync).RequireService().ExcludeFromDescription();
    }

    private static async Task<Results<Ok<QuoteDocument>, ProblemHttpResult>> IssueAsync(
        QuoteRequest request, QuoteIssuer issuer, CancellationToken cancellationToken) =>
        await issuer.IssueAsync(request, cancellationToken) switch
        {
            QuoteOutcome.Issued issued => TypedResults.Ok(issued.Quote),
            QuoteOutcome.Refused refused => refused.Problem,
            var other => throw new InvalidOperationException($"No answer for {other}."),
        };

    private static async Task<Results<Ok<BatchAnswer>, ProblemHttpResult>> IssueBatchAsync(
        BatchRequest request, QuoteIssuer issuer, TimeProvider time, CancellationToken cancellationToken)
    {
        if (request.Quotes.Count is 0 or > LargestBatch)
        {
            return Problem.NotAllowed("outside-bounds", $"quotes must hold 1 … {LargestBatch} requests.", "quotes");
        }

        var elements = request.Quotes.Elements;
        var issued = await issuer.IssueAsync([.. elements.Select(e => e.Request).OfType<QuoteRequest>()], cancellationToken);
        var outcomes = new Queue<QuoteOutcome>(issued);
        return TypedResults.Ok(new BatchAnswer(
            [
                .. elements.Select((e, index) => Translate(
                    e.Fault is { } fault ? new QuoteOutcome.Refused(Problem.Malformed(fault.Field, fault.Sentence)) : outcomes.Dequeue(), index)),
            ],
            time.GetUtcNow()));

        static BatchResult Translate(QuoteOutcome outcome, int index) => outcome switch
        {
            QuoteOutcome.Issued issued => new(index, issued.Quote, Problem: null),
            QuoteOutcome.Refused { Problem.ProblemDetails: var problem } => new(
                index, Quote: null, new BatchProblem(problem.Type!, problem.Status!.Value, problem.Detail!)),
            _ => throw new InvalidOperationException($"No answer for {outcome}."),
        };
    }

    private static async Task<Results<Ok<QuoteDocument>, ProblemHttpResult>> FindAsync(string quote_id, QuoteStore store) =>
        Guid.TryParse(quote_id, out var id) && await store.FindAsync(id) is { } quote
            ? TypedResults.Ok(quote.Document)
            : Problem.NotFound("There is no such quote, or it has expired.");

    private static async Task<Results<JsonHttpResult<BindableQuote>, NotFound>> FindBindableAsync(Guid quote_id, QuoteStore store) =>
        await store.FindAsync(quote_id) is { } quote ? TypedResults.Json(quote.ToBindable(), SureJson.Internal) : TypedResults.NotFound();
}
