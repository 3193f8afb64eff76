using Sure.Contracts.Vocabulary;

namespace Sure.Contracts.Calls;

/// <summary>What QuoteService answers at <c>GET /internal/quotes/{quote_id}</c> while the quote lives; 404 afterwards.</summary>
/// <param name="QuoteId">A version 7 UUID: its time is that of the quote.</param>
/// <param name="CoverageType">What is covered.</param>
/// <param name="Chain">Where.</param>
/// <param name="Stablecoin">Which coin.</param>
/// <param name="CoverageUsd">The cover.</param>
/// <param name="DurationDays">Whole days from binding.</param>
/// <param name="PremiumUsd">The price it is bound at.</param>
/// <param name="StandardRate">Annual standard rate with the loads of its terms; a fraction of the cover.</param>
/// <param name="Terms">Price terms of <c>depeg</c> and <c>cex_liquidation</c>; null for the others.</param>
/// <param name="Bindable">Whether its pricing mode is the one that binds.</param>
/// <param name="ExpiresAt">End of its life.</param>
public sealed record BindableQuote(
    Guid QuoteId,
    CoverageType CoverageType,
    Chain Chain,
    Stablecoin Stablecoin,
    decimal CoverageUsd,
    int DurationDays,
    decimal PremiumUsd,
    decimal StandardRate,
    PolicyTerms? Terms,
    bool Bindable,
    DateTimeOffset ExpiresAt)
{
    /// <summary>Path of the call, to which the id is appended.</summary>
    public const string Path = "/internal/quotes/";
}
