using System.Globalization;
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

    private static string? PegObstacle(Product product, MarketKnowledge market, DateTimeOffset now, KnownEventOptions options)
    {
        var coin = product.Stablecoin.Word();
        if (market.Pegs.GetValueOrDefault(product.Stablecoin) is not { PegRatio: { } ratio } peg)
        {
            return $"There is no consensus on the price of {coin}.";
        }

        if (now - peg.At > options.MaxAge)
        {
            return Text($"The last consensus on the price of {coin} is {(now - peg.At).TotalSeconds:0} seconds old.");
        }

        if (peg.Troubled)
        {
            return Text($"The peg ratio of {coin} is {ratio:0.0000}; sales resume when it has been at {options.ResumeRatio} or above for {options.ResumeAfter.TotalMinutes:0} minutes.");
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
            if (market.Bridges.GetValueOrDefault(bridge.Id) is not { Known: true } known || now - known.At > options.MaxAge)
            {
                return $"Nothing is known of the bridge {bridge.Id} now.";
            }

            if (known.ExploitDetected)
            {
                return $"An exploit of the bridge {bridge.Id} is detected.";
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
