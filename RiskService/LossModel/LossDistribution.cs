using Sure.Contracts.Vocabulary;

namespace Sure.RiskService.LossModel;

/// <summary>A figure from a simulation.</summary>
/// <param name="Value">The estimate, in dollars.</param>
/// <param name="StandardError">Its standard error, in dollars; how it is found is said where it is.</param>
public readonly record struct Estimate(double Value, double StandardError);

/// <summary>Scenarios with a loss above <paramref name="FromUsd"/> and up to <paramref name="ToUsd"/>.</summary>
public readonly record struct HistogramBin(double FromUsd, double ToUsd, int Scenarios);

/// <summary>How CVaR 99 comes about, in dollars; each list adds up to it. Lists hold what has exposure.</summary>
public sealed record TailContributions(
    IReadOnlyDictionary<Product, double> ByProduct,
    IReadOnlyDictionary<CoverageType, double> ByCoverageType,
    IReadOnlyDictionary<Chain, double> ByChain,
    IReadOnlyDictionary<Stablecoin, double> ByStablecoin);

/// <summary>What a tranche bears over the horizon.</summary>
/// <param name="Tranche">Which.</param>
/// <param name="CapitalUsd">Its capital.</param>
/// <param name="ExpectedLoss">Mean of what it bears.</param>
/// <param name="ProbabilityTouched">Share of scenarios in which it bears anything, 0 … 1.</param>
/// <param name="ProbabilityWipedOut">Share in which it bears all its capital, 0 … 1; 0 for a tranche without capital.</param>
public sealed record TrancheLoss(Tranche Tranche, double CapitalUsd, Estimate ExpectedLoss, double ProbabilityTouched, double ProbabilityWipedOut);

/// <summary>The simulated loss of the book over one horizon (real-world measure, undiscounted, in dollars).</summary>
/// <param name="HorizonDays">Horizon.</param>
/// <param name="Scenarios">Scenarios n.</param>
/// <param name="ExpectedLoss">Mean loss.</param>
/// <param name="Var95">The ⌈0.95 n⌉-th smallest loss.</param>
/// <param name="Var99">The ⌈0.99 n⌉-th smallest loss.</param>
/// <param name="Var995">The ⌈0.995 n⌉-th smallest loss.</param>
/// <param name="Cvar95">Mean of the losses from that of <paramref name="Var95"/> up.</param>
/// <param name="Cvar99">Mean of the losses from that of <paramref name="Var99"/> up.</param>
/// <param name="WorstUsd">Greatest loss.</param>
/// <param name="WithoutLoss">Scenarios in which nothing is lost.</param>
/// <param name="Histogram">The others in fifty bins of equal width up to the worst.</param>
/// <param name="Contributions">What makes up <paramref name="Cvar99"/>.</param>
/// <param name="Tranches">The six tranches, first loss first.</param>
public sealed record LossDistribution(
    int HorizonDays,
    int Scenarios,
    Estimate ExpectedLoss,
    Estimate Var95,
    Estimate Var99,
    Estimate Var995,
    Estimate Cvar95,
    Estimate Cvar99,
    double WorstUsd,
    int WithoutLoss,
    IReadOnlyList<HistogramBin> Histogram,
    TailContributions Contributions,
    IReadOnlyList<TrancheLoss> Tranches);
