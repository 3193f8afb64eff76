using System.Text.Json.Serialization;
using Sure.Contracts.Consensus;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.Prices;

/// <summary>What one cycle found of a coin.</summary>
/// <param name="Stablecoin">The coin.</param>
/// <param name="MadeAt">When.</param>
/// <param name="PegRatio">Median price over reference; null without consensus or reference.</param>
/// <param name="Price">Median price in USD; null without consensus.</param>
/// <param name="Reference">1, or the median net asset value; null while none is live.</param>
/// <param name="Consensus">Score of agreement; null without consensus.</param>
/// <param name="LiveSources">How many sources are live.</param>
/// <param name="Sources">What each source last said.</param>
/// <param name="LastObservedAt">Newest price; null when there was none for 30 days.</param>
/// <param name="Navs">What each source last said a yield-bearing coin can be redeemed for; null for other coins.</param>
public sealed record PriceReport(
    Stablecoin Stablecoin,
    DateTimeOffset MadeAt,
    decimal? PegRatio,
    decimal? Price,
    decimal? Reference,
    decimal? Consensus,
    int LiveSources,
    IReadOnlyList<PriceSourceFigure> Sources,
    DateTimeOffset? LastObservedAt,
    IReadOnlyList<NavFigure>? Navs = null)
{
    /// <summary>Whether cover of the coin is sold by it: while it is not, an event may begin unseen (domain, §4, check 11).</summary>
    [JsonIgnore]
    public bool IsKnown => PegRatio is not null && Navs?.Count(n => n.Live) is null or >= PriceAgreement.LeastNavs;

    /// <summary>The event that tells it.</summary>
    public PriceConsensusMade ToEvent(string dataSource) => new(
        Guid.CreateVersion7(MadeAt), MadeAt, Stablecoin, PegRatio, Price, Reference, Consensus, Sources, dataSource, Navs);
}
