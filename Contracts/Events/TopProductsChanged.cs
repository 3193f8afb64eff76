using Sure.Contracts.Vocabulary;

namespace Sure.Contracts.Events;

/// <summary>The order of the products with the most active coverage changed.</summary>
/// <param name="Products">The first ten, largest exposure first.</param>
public sealed record TopProductsChanged(
    Guid EventId,
    DateTimeOffset OccurredAt,
    IReadOnlyList<ProductExposure> Products) : IPlatformEvent;

/// <summary>What one product has at risk.</summary>
/// <param name="CoverageType">What is covered.</param>
/// <param name="Chain">Where.</param>
/// <param name="Stablecoin">Which coin.</param>
/// <param name="ExposureUsd">Active coverage.</param>
/// <param name="PolicyCount">Active policies.</param>
public sealed record ProductExposure(
    CoverageType CoverageType,
    Chain Chain,
    Stablecoin Stablecoin,
    decimal ExposureUsd,
    int PolicyCount);
