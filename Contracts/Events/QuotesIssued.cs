using Sure.Contracts.Vocabulary;

namespace Sure.Contracts.Events;

/// <summary>The quotes one instance of QuoteService issued in about a second, added up by product.</summary>
/// <param name="Quotes">One entry per product that was quoted.</param>
public sealed record QuotesIssued(
    Guid EventId,
    DateTimeOffset OccurredAt,
    IReadOnlyList<QuotedProduct> Quotes) : IPlatformEvent;

/// <summary>How often a product was quoted, and for how much.</summary>
/// <param name="CoverageType">What is covered.</param>
/// <param name="Chain">Where.</param>
/// <param name="Stablecoin">Which coin.</param>
/// <param name="Count">Number of quotes.</param>
/// <param name="CoverageUsd">Their cover added up.</param>
public sealed record QuotedProduct(CoverageType CoverageType, Chain Chain, Stablecoin Stablecoin, int Count, decimal CoverageUsd);
