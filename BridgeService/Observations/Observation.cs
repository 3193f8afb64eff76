using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.Observations;

/// <summary>What a source saw of a bridge.</summary>
/// <param name="Source">Who says it.</param>
/// <param name="BridgeId">The bridge.</param>
/// <param name="ObservedAt">When it was so.</param>
/// <param name="TvlUsd">Value locked, ≥ 0; null where the source does not say.</param>
/// <param name="Paused">Whether its contract is paused; null where the source does not say.</param>
/// <param name="Tried">Transactions tried since the source's observation before.</param>
/// <param name="Succeeded">Those of them that succeeded.</param>
public sealed record BridgeObservation(
    string Source, string BridgeId, DateTimeOffset ObservedAt, decimal? TvlUsd, bool? Paused = null, int? Tried = null, int? Succeeded = null);

/// <summary>Transactions of a bridge that a source counted over a time.</summary>
/// <param name="Source">Who counted.</param>
/// <param name="Tried">Tried, ≥ 0.</param>
/// <param name="Succeeded">Those of them that succeeded.</param>
public sealed record SourceTransactions(string Source, long Tried, long Succeeded);

/// <summary>What a source saw of a coin.</summary>
/// <param name="Source">Who says it.</param>
/// <param name="Stablecoin">The coin.</param>
/// <param name="Kind">Price or net asset value.</param>
/// <param name="ObservedAt">When it was so.</param>
/// <param name="Value">USD per coin, above 0, at most 10.</param>
public sealed record PriceObservation(string Source, Stablecoin Stablecoin, PriceKind Kind, DateTimeOffset ObservedAt, decimal Value);

/// <summary>What an observed value is.</summary>
public enum PriceKind
{
    /// <summary>What the coin is traded at.</summary>
    Price,

    /// <summary>What the coin can be redeemed for.</summary>
    Nav,
}

/// <summary>What sources said.</summary>
/// <param name="Bridges">Of bridges.</param>
/// <param name="Prices">Of coins.</param>
public sealed record ObservationBatch(IReadOnlyList<BridgeObservation> Bridges, IReadOnlyList<PriceObservation> Prices);
