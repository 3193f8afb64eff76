using Sure.Contracts.Calls;
using Sure.Contracts.Vocabulary;
using Sure.QuoteService.Pricing;

namespace Sure.QuoteService.Quotes;

/// <summary>A quote as clients see it.</summary>
public sealed record QuoteDocument(
    Guid QuoteId,
    decimal Premium,
    QuoteBreakdown Breakdown,
    bool Bindable,
    string ProductHash,
    CoverageType CoverageType,
    Chain Chain,
    Stablecoin Stablecoin,
    DateTimeOffset ExpiresAt,
    DateTimeOffset Timestamp);

/// <summary>What the premium is made of: coverage × total rate × days / 365 × every load.</summary>
public sealed record QuoteBreakdown(
    decimal BaseRate,
    decimal ChainMultiplier,
    decimal StablecoinAdjustment,
    decimal TotalRate,
    decimal CoverageAmount,
    int DurationDays,
    PricingMode Pricing,
    PolicyTerms? Terms,
    IReadOnlyList<Load> Loads,
    bool MinimumApplied,
    IReadOnlyList<string> StaleInputs);

/// <summary>A quote as it is kept while it lives.</summary>
/// <param name="Document">What the client was answered.</param>
/// <param name="StandardRate">Its annual rate with the loads of its terms.</param>
public sealed record IssuedQuote(QuoteDocument Document, decimal StandardRate)
{
    /// <summary>What is bound.</summary>
    public BindableQuote ToBindable() => new(
        Document.QuoteId,
        Document.CoverageType,
        Document.Chain,
        Document.Stablecoin,
        Document.Breakdown.CoverageAmount,
        Document.Breakdown.DurationDays,
        Document.Premium,
        StandardRate,
        Document.Breakdown.Terms,
        Document.Bindable,
        Document.ExpiresAt);
}
