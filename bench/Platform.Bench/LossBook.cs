using Sure.Contracts.Vocabulary;
using Sure.RiskService.Exposures;
using Sure.RiskService.LossModel;

namespace Sure.Bench;

/// <summary>
/// The book whose losses are simulated – every product on offer, hence all 148 trigger groups – and the loss model with its defaults as the baselines
/// take it: one entry per group, what a group does not have null.
/// </summary>
/// <param name="Exposure">E, in dollars.</param>
/// <param name="Threshold">F⁻¹(p) of the t distribution.</param>
/// <param name="Alpha">First shape of the severity's beta distribution.</param>
/// <param name="Beta">Its second.</param>
/// <param name="Global">The global factor, 0 for every group.</param>
/// <param name="Type">Number of the group's coverage type.</param>
/// <param name="Chain">Number of its chain.</param>
/// <param name="Coin">Number of its stablecoin.</param>
/// <param name="Loading">ρ of the four kinds of common factors.</param>
/// <param name="Freedom">ν.</param>
internal sealed record LossBook(
    double[] Exposure,
    double[] Threshold,
    double[] Alpha,
    double[] Beta,
    int?[] Global,
    int?[] Type,
    int?[] Chain,
    int?[] Coin,
    Loadings Loading,
    int Freedom)
{
    public const int HorizonDays = 365;

    public static IReadOnlyList<TriggerGroup> Groups { get; } = TriggerGroups.Of(Product.Offered.Select((product, i) => new Cover(
        product.CoverageType, product.Chain, product.Stablecoin, Terms: null, 200_000m + (37_000m * (i % 11)), 0.008m + (0.0013m * (i % 7)))));

    public static IReadOnlyDictionary<Tranche, decimal> Capital { get; } = new Dictionary<Tranche, decimal>
    {
        [Tranche.Equity] = 10_000_000,
        [Tranche.JuniorPlus] = 12_000_000,
        [Tranche.Junior] = 15_000_000,
        [Tranche.Mezzanine] = 18_000_000,
        [Tranche.Senior] = 20_000_000,
        [Tranche.Bitcoin] = 25_000_000,
    };

    public static LossBook Of(LossModelOptions options) => new(
        Each(g => g.ExposureUsd),
        Each(g => TQuantile(g.EventProbability(HorizonDays, options), options.Freedom)),
        Each(g => options.SeverityPrecision * options.MeanSeverity(g.Key.CoverageType)),
        Each(g => options.SeverityPrecision * (1 - options.MeanSeverity(g.Key.CoverageType))),
        Each<int?>(_ => 0),
        Each(g => (int?)g.Key.CoverageType),
        Each(g => (int?)g.Key.Chain),
        Each(g => (int?)g.Key.Stablecoin),
        new Loadings(options.GlobalLoading, options.TypeLoading, options.ChainLoading, options.StablecoinLoading),
        options.Freedom);

    private static T[] Each<T>(Func<TriggerGroup, T> value) => [.. Groups.Select(value)];

    /// <summary>
    /// With four degrees of freedom, and p below ½, −2√(q − 1), q = cos(arccos(√a)/3)/√a, a = 4p(1 − p): W. T. Shaw, "Sampling Student's T
    /// distribution", Journal of Computational Finance 9(4), 2006. Not the engine's own, so that its is held against something.
    /// </summary>
    private static double TQuantile(double p, int freedom)
    {
        if (freedom != 4)
            throw new ArgumentOutOfRangeException(nameof(freedom), freedom, "The closed form is that of four degrees of freedom.");

        var root = Math.Sqrt(4 * p * (1 - p));
        return -2 * Math.Sqrt((Math.Cos(Math.Acos(root) / 3) / root) - 1);
    }
}

/// <summary>Shares of the latent variance.</summary>
internal sealed record Loadings(double Global, double Type, double Chain, double Coin);
