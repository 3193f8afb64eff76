using Sure.Contracts.Vocabulary;
using Sure.RiskService.Exposures;
using Sure.RiskService.LossModel;

namespace Sure.RiskService.Tests.LossModel;

/// <summary>Books and options to simulate.</summary>
internal static class Books
{
    public static IReadOnlyDictionary<Tranche, decimal> Capital { get; } = new Dictionary<Tranche, decimal>
    {
        [Tranche.Equity] = 50_000_000,
        [Tranche.JuniorPlus] = 50_000_000,
        [Tranche.Junior] = 100_000_000,
        [Tranche.Mezzanine] = 150_000_000,
        [Tranche.Senior] = 250_000_000,
        [Tranche.Bitcoin] = 400_000_000,
    };

    /// <summary>Every product on offer, with different amounts and rates: all 148 groups.</summary>
    public static IReadOnlyList<Cover> Full { get; } =
    [
        .. Product.Offered.Select((p, i) => Policy(p, 200_000m + (37_000m * (i % 11)), 0.008m + (0.0013m * (i % 7)))),
    ];

    public static Cover Policy(Product product, decimal coverage, decimal rate) =>
        new(product.CoverageType, product.Chain, product.Stablecoin, Terms: null, coverage, rate);

    /// <summary>As many depegs of one dollar, all alike: load the global factor only, for they share coin and type too.</summary>
    public static IReadOnlyList<TriggerGroup> Homogeneous(int groups, double rate) =>
    [
        .. Enumerable.Range(0, groups).Select(i => new TriggerGroup(
            TriggerKey.Of(Usdc), i, rate, [KeyValuePair.Create(Usdc, 1.0)])),
    ];

    public static LossModelOptions Options(
        double global = 0, double type = 0, double chain = 0, double coin = 0, Copula copula = Copula.Gaussian, int scenarios = 200_000) => new()
        {
            GlobalLoading = global,
            TypeLoading = type,
            ChainLoading = chain,
            StablecoinLoading = coin,
            Copula = copula,
            Scenarios = scenarios,
        };

    /// <summary>The rate at which a depeg happens within a year with probability <paramref name="p"/>.</summary>
    public static double DepegRate(double p) => -Math.Log(1 - p) * 0.35 / 0.40;

    public static LossDistribution Simulate(IEnumerable<Cover> book, LossModelOptions options, int days = 365, int threads = 0) =>
        LossEngine.Simulate(TriggerGroups.Of(book), days, Capital, options, threads);

    private static Product Usdc => new(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC);
}
