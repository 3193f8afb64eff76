using Sure.Contracts.Calls;
using Sure.Contracts.Vocabulary;
using Sure.UtilizationService.Pool;

namespace Sure.UtilizationService.Policies;

/// <summary>Life of a policy.</summary>
public enum PolicyStatus
{
    /// <summary>In force.</summary>
    [System.Text.Json.Serialization.JsonStringEnumMemberName("active")]
    Active,

    /// <summary>Reached its end without a claim.</summary>
    [System.Text.Json.Serialization.JsonStringEnumMemberName("expired")]
    Expired,

    /// <summary>Its trigger was met; the payout is booked.</summary>
    [System.Text.Json.Serialization.JsonStringEnumMemberName("triggered")]
    Triggered,

    /// <summary>Paid in full.</summary>
    [System.Text.Json.Serialization.JsonStringEnumMemberName("paid")]
    Paid,

    /// <summary>Paid as far as the pool could.</summary>
    [System.Text.Json.Serialization.JsonStringEnumMemberName("partially_paid")]
    PartiallyPaid,
}

/// <summary>A policy as it is kept. Amounts in USD.</summary>
public sealed record Policy(
    Guid PolicyId,
    Guid QuoteId,
    string Holder,
    PolicyStatus Status,
    Product Product,
    decimal CoverageUsd,
    decimal PremiumUsd,
    decimal EarnedUsd,
    decimal StandardRate,
    PolicyTerms? Terms,
    IReadOnlyDictionary<Tranche, decimal> Attribution,
    DateTimeOffset StartsAt,
    DateTimeOffset EndsAt,
    Guid? ClaimId = null)
{
    /// <summary>The policy that a quote becomes when it is bound now.</summary>
    public static Policy Bind(BindableQuote quote, string holder, IReadOnlyDictionary<Tranche, decimal> attribution, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(quote);
        // PostgreSQL keeps microseconds; cut here, so that what is answered is what is kept.
        var start = now.AddTicks(-(now.UtcTicks % TimeSpan.TicksPerMicrosecond));
        return new(
            Guid.CreateVersion7(now),
            quote.QuoteId,
            holder,
            PolicyStatus.Active,
            new Product(quote.CoverageType, quote.Chain, quote.Stablecoin),
            quote.CoverageUsd,
            quote.PremiumUsd,
            EarnedUsd: 0,
            quote.StandardRate,
            quote.Terms,
            attribution,
            start,
            start.AddDays(quote.DurationDays));
    }

    /// <summary>Its coverage, as it is added to the pool.</summary>
    public CoverageMove ToMove() => new(Product, CoverageUsd, Attribution);
}

/// <summary>A policy as clients see it.</summary>
public sealed record PolicyDocument(
    Guid PolicyId,
    Guid QuoteId,
    string Holder,
    PolicyStatus Status,
    CoverageType CoverageType,
    Chain Chain,
    Stablecoin Stablecoin,
    string ProductHash,
    decimal CoverageAmount,
    decimal Premium,
    decimal PremiumEarned,
    PolicyTerms? Terms,
    DateTimeOffset StartsAt,
    DateTimeOffset EndsAt,
    IReadOnlyDictionary<Tranche, decimal> Attribution,
    Guid? ClaimId,
    DateTimeOffset Timestamp)
{
    /// <summary>The document of <paramref name="policy"/> at <paramref name="now"/>.</summary>
    public static PolicyDocument Of(Policy policy, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return new(
            policy.PolicyId,
            policy.QuoteId,
            policy.Holder,
            policy.Status,
            policy.Product.CoverageType,
            policy.Product.Chain,
            policy.Product.Stablecoin,
            policy.Product.Hash,
            policy.CoverageUsd,
            policy.PremiumUsd,
            policy.EarnedUsd,
            policy.Terms,
            policy.StartsAt,
            policy.EndsAt,
            policy.Attribution,
            policy.ClaimId,
            now);
    }
}
