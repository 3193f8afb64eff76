using System.Globalization;
using Sure.Contracts.Consensus;
using Sure.Contracts.Vocabulary;

namespace Sure.UtilizationService.Market;

/// <summary>Whether cover would be sold into an event that may have begun (domain, §4, check 11). Pure.</summary>
public static class KnownEvents
{
    /// <summary>Why the product is not sold now, in one sentence for a person; null when it is.</summary>
    public static string? WhyNotSold(Product product, MarketKnowledge market, DateTimeOffset now, KnownEventOptions options)
    {
        ArgumentNullException.ThrowIfNull(market);
        ArgumentNullException.ThrowIfNull(options);
        return PegObstacle(product, market, now, options) ?? BridgeObstacle(product, market, now, options) ?? IncidentObstacle(product, market);
    }

    /// <summary>
    /// What is not known that cover in force depends on, in one sentence for a person; null when all of it is. An event may have begun unseen
    /// there, whoever else has seen it.
    /// </summary>
    /// <param name="coins">The coins that are covered.</param>
    /// <param name="bridgeChains">The chains with bridge cover.</param>
    /// <param name="market">What is known.</param>
    /// <param name="now">When it is asked for.</param>
    /// <param name="options">The age beyond which what is known counts as unknown.</param>
    public static string? WhyUnknown(
        IEnumerable<Stablecoin> coins, IEnumerable<Chain> bridgeChains, MarketKnowledge market, DateTimeOffset now, KnownEventOptions options)
    {
        ArgumentNullException.ThrowIfNull(market);
        ArgumentNullException.ThrowIfNull(options);
        return coins.Select(c => UnknownCoin(c, market, now, options))
            .Concat(bridgeChains.SelectMany(Bridge.OfChain).Select(b => UnknownBridge(b, market, now, options)))
            .FirstOrDefault(why => why is not null);
    }

    /// <summary>
    /// Which bridge has lost what nobody would sell cover of it with, detected as an exploit or not, in one sentence for a person; null when
    /// none has.
    /// </summary>
    /// <param name="bridgeChains">The chains with bridge cover.</param>
    /// <param name="market">What is known.</param>
    /// <param name="options">How far below its peak that is.</param>
    public static string? WhyDrained(IEnumerable<Chain> bridgeChains, MarketKnowledge market, KnownEventOptions options)
    {
        ArgumentNullException.ThrowIfNull(market);
        ArgumentNullException.ThrowIfNull(options);
        return bridgeChains.SelectMany(Bridge.OfChain).Select(b => DrainedBridge(b, market, options)).FirstOrDefault(why => why is not null);
    }

    private static string? UnknownCoin(Stablecoin coin, MarketKnowledge market, DateTimeOffset now, KnownEventOptions options) =>
        market.Pegs.GetValueOrDefault(coin) switch
        {
            not { PegRatio: not null } => $"There is no consensus on the price of {coin.Word()}.",
            { } peg when now - peg.At > options.MaxAge => Text($"The last consensus on the price of {coin.Word()} is {(now - peg.At).TotalSeconds:0} seconds old."),
            // What it is held against is no better known than a price that one source says.
            { LiveNavs: < PriceAgreement.LeastNavs } => Text($"Fewer than {PriceAgreement.LeastNavs} sources say what {coin.Word()} can be redeemed for."),
            _ => null,
        };

    private static string? UnknownBridge(Bridge bridge, MarketKnowledge market, DateTimeOffset now, KnownEventOptions options) =>
        market.Bridges.GetValueOrDefault(bridge.Id) is { Known: true } known && now - known.At <= options.MaxAge
            ? null
            : $"Nothing is known of the bridge {bridge.Id} now.";

    private static string? DrainedBridge(Bridge bridge, MarketKnowledge market, KnownEventOptions options) =>
        market.Bridges.GetValueOrDefault(bridge.Id) is { DrawdownPct: { } drawdownPct } && drawdownPct <= -options.StopDrawdownPct
            ? Text($"The value of the bridge {bridge.Id} is {-drawdownPct:0.0} % below its peak.")
            : null;

    private static string? PegObstacle(Product product, MarketKnowledge market, DateTimeOffset now, KnownEventOptions options)
    {
        if (UnknownCoin(product.Stablecoin, market, now, options) is { } unknown)
        {
            return unknown;
        }

        var (coin, peg) = (product.Stablecoin.Word(), market.Pegs[product.Stablecoin]);
        if (peg.Troubled)
        {
            return Text($"The peg ratio of {coin} is {peg.PegRatio:0.0000}; sales resume when it has been at {options.ResumeRatio} or above for {options.ResumeAfter.TotalMinutes:0} minutes.");
        }

        return product.CoverageType == CoverageType.Oracle && peg.Consensus <= options.LeastConsensus
            ? Text($"The price sources of {coin} disagree: their consensus score is {peg.Consensus}.")
            : null;
    }

    private static string? BridgeObstacle(Product product, MarketKnowledge market, DateTimeOffset now, KnownEventOptions options)
    {
        if (product.CoverageType != CoverageType.Bridge)
        {
            return null;
        }

        foreach (var bridge in Bridge.OfChain(product.Chain))
        {
            if (UnknownBridge(bridge, market, now, options) is { } unknown)
            {
                return unknown;
            }

            if (market.Bridges[bridge.Id].ExploitDetected)
            {
                return $"An exploit of the bridge {bridge.Id} is detected.";
            }

            if (DrainedBridge(bridge, market, options) is { } drained)
            {
                return drained;
            }
        }

        return null;
    }

    private static string? IncidentObstacle(Product product, MarketKnowledge market) =>
        market.OpenIncidents.Any(i => i.Chain == product.Chain && (i.Stablecoin is null || i.Stablecoin == product.Stablecoin))
            ? $"An incident on {product.Chain.Word()} that concerns {product.Stablecoin.Word()} is being examined."
            : null;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
