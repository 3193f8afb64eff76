namespace Sure.Contracts.Consensus;

/// <summary>How far the price sources of a coin agree (domain, §7). Pure.</summary>
public static class PriceAgreement
{
    /// <summary>Score of those who agree least: beyond the last step.</summary>
    public const decimal LeastScore = 0.3m;

    /// <summary>Sources that must bear a net asset value out: one that errs alone must not make every price look low.</summary>
    public const int LeastNavs = 2;

    private const int RatioDecimals = 8;

    /// <summary>Score by the coefficient of variation of live prices, where a deployment configures no others.</summary>
    public static IReadOnlyList<ScoreStep> DefaultSteps { get; } = [new(0.002, 1.0m), new(0.005, 0.9m), new(0.01, 0.7m)];

    /// <summary>The score of <paramref name="prices"/>, 0 … 1.</summary>
    /// <param name="prices">Of live sources; at least one. The unit does not matter: price and peg ratio score alike.</param>
    /// <param name="steps">Scores by coefficient of variation; empty for <see cref="DefaultSteps"/>.</param>
    /// <param name="least">Score beyond the last step.</param>
    /// <exception cref="ArgumentException"><paramref name="prices"/> is empty.</exception>
    public static decimal Score(IReadOnlyCollection<decimal> prices, IReadOnlyCollection<ScoreStep> steps, decimal least)
    {
        ArgumentNullException.ThrowIfNull(steps);
        return (steps.Count > 0 ? steps : DefaultSteps).Of(Sample.CoefficientOfVariation(prices), least);
    }

    /// <summary>Peg ratio: <paramref name="price"/> over <paramref name="reference"/>, to 8 decimals, half away from zero.</summary>
    public static decimal PegRatio(decimal price, decimal reference) => Math.Round(price / reference, RatioDecimals, MidpointRounding.AwayFromZero);
}
