using Sure.Contracts.Vocabulary;

namespace Sure.Contracts.Events;

/// <summary>The consensus of a coin's price sources in one monitoring cycle, made whether or not it changed.</summary>
/// <param name="Stablecoin">The coin.</param>
/// <param name="PegRatio">Median price over reference; null with fewer than two live sources.</param>
/// <param name="Price">Median price in USD; null with fewer than two live sources.</param>
/// <param name="Reference">1, or the median net asset value of a yield-bearing coin; null when none is live.</param>
/// <param name="Consensus">Score of the sources' agreement, 0.3 … 1; null with fewer than two live sources.</param>
/// <param name="Sources">What each source last said, live or not.</param>
/// <param name="DataSource">Where observations come from: <c>simulated</c>, <c>http</c> or <c>keepers</c>.</param>
/// <param name="Navs">What each source last said a yield-bearing coin can be redeemed for; null for other coins, and where an older producer tells it.</param>
public sealed record PriceConsensusMade(
    Guid EventId,
    DateTimeOffset OccurredAt,
    Stablecoin Stablecoin,
    decimal? PegRatio,
    decimal? Price,
    decimal? Reference,
    decimal? Consensus,
    IReadOnlyList<PriceSourceFigure> Sources,
    string DataSource,
    IReadOnlyList<NavFigure>? Navs = null) : IPlatformEvent;

/// <summary>The last word of one source on one coin.</summary>
/// <param name="Source">Its name.</param>
/// <param name="Price">Price in USD.</param>
/// <param name="PegRatio">Price over the consensus reference; null where there is no reference.</param>
/// <param name="ObservedAt">When it was observed.</param>
/// <param name="Live">Whether it is young enough to count.</param>
public sealed record PriceSourceFigure(string Source, decimal Price, decimal? PegRatio, DateTimeOffset ObservedAt, bool Live);

/// <summary>The last word of one source on what a yield-bearing coin can be redeemed for.</summary>
/// <param name="Source">Its name.</param>
/// <param name="Value">Net asset value in USD.</param>
/// <param name="ObservedAt">When it was observed.</param>
/// <param name="Live">Whether it is young enough to count.</param>
public sealed record NavFigure(string Source, decimal Value, DateTimeOffset ObservedAt, bool Live);
