using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Sure.Contracts.Vocabulary;
using Sure.QuoteService.Figures;
using Sure.QuoteService.Pricing;
using Sure.QuoteService.Statistics;
using Sure.ServiceDefaults.Problems;

namespace Sure.QuoteService.Quotes;

/// <summary>What became of a request for a quote.</summary>
internal abstract record QuoteOutcome
{
    private QuoteOutcome()
    {
    }

    /// <summary>A quote.</summary>
    public sealed record Issued(QuoteDocument Quote) : QuoteOutcome;

    /// <summary>No quote, and why.</summary>
    public sealed record Refused(ProblemHttpResult Problem) : QuoteOutcome;
}

/// <summary>Prices requests and keeps the quotes.</summary>
internal sealed class QuoteIssuer(
    QuoteStore store, ConditionsReader conditions, QuoteStatistics statistics, IOptions<PricingOptions> options, TimeProvider time)
{
    public async Task<QuoteOutcome> IssueAsync(QuoteRequest request, CancellationToken cancellationToken) =>
        (await IssueAsync([request], cancellationToken))[0];

    /// <summary>An outcome for each request, in their order; the quotes are stored together.</summary>
    public async Task<IReadOnlyList<QuoteOutcome>> IssueAsync(IReadOnlyList<QuoteRequest> requests, CancellationToken cancellationToken)
    {
        var market = requests.Any(r => r.Pricing is PricingMode.Dynamic) ? await conditions.ReadAsync(cancellationToken) : null;
        var now = time.GetUtcNow();
        var priced = requests.Select(r => Price(r, market, now)).ToList();
        var issued = priced.Select(p => p.Quote).OfType<IssuedQuote>().ToList();
        var stored = issued.Count == 0 || await store.TryStoreAsync(issued);
        foreach (var (document, _) in issued)
        {
            statistics.Count(new Product(document.CoverageType, document.Chain, document.Stablecoin), document.Breakdown.CoverageAmount, now);
        }

        return
        [
            .. priced.Select(p => p.Quote is { } quote
                ? new QuoteOutcome.Issued(stored ? quote.Document : quote.Document with { Bindable = false })
                : (QuoteOutcome)new QuoteOutcome.Refused(p.Refusal!)),
        ];
    }

    private (IssuedQuote? Quote, ProblemHttpResult? Refusal) Price(QuoteRequest request, MarketConditions? market, DateTimeOffset now)
    {
        var product = new Product(request.CoverageType, request.Chain, request.Stablecoin);
        if (product.ReasonNotOffered is { } reason)
        {
            return (null, Problem.NotAllowed("not-offered", $"{product.CoverageType.Word()} on {product.Chain} is not offered: {reason}", "chain"));
        }

        var (cover, faults) = QuoteRules.Check(request, options.Value);
        if (cover is null)
        {
            return (null, Problem.OutsideBounds(faults));
        }

        var mode = request.Pricing ?? PricingMode.Standard;
        var price = mode is PricingMode.Dynamic ? Premium.Dynamic(cover, options.Value, market!) : Premium.Standard(cover, options.Value);
        var document = new QuoteDocument(
            Guid.CreateVersion7(now),
            price.PremiumUsd,
            new QuoteBreakdown(
                price.BaseRate,
                price.ChainMultiplier,
                price.StablecoinAdjustment,
                price.TotalRate,
                cover.CoverageUsd,
                cover.DurationDays,
                mode,
                cover.Terms,
                price.Loads,
                price.MinimumApplied,
                price.StaleInputs),
            Bindable: mode == options.Value.BindableMode,
            product.Hash,
            product.CoverageType,
            product.Chain,
            product.Stablecoin,
            now + options.Value.QuoteLife,
            now);
        return (new IssuedQuote(document, price.StandardRate), null);
    }
}
