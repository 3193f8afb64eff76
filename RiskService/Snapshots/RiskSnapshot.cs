using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.RiskService.Alerts;
using Sure.RiskService.Stress;

namespace Sure.RiskService.Snapshots;

/// <summary>The risk of the whole book at one time. Amounts in USD.</summary>
/// <param name="Timestamp">When it was measured.</param>
/// <param name="AsOf">The time of the book it rests on.</param>
/// <param name="Ltv">Coverage over effective capital; 0 with no coverage, null with coverage and no capital.</param>
/// <param name="ReserveRatio">Liquid reserves over capital; 1 with no capital.</param>
/// <param name="TotalCapitalUsd">Capital of all tranches.</param>
/// <param name="CoverageUsd">Active coverage.</param>
/// <param name="TotalPolicies">Policies in force.</param>
/// <param name="Top10Products">The products with the most coverage.</param>
/// <param name="Horizons">The simulated loss over each horizon, the shortest first.</param>
/// <param name="Stress">What each scenario of the library costs, the most expensive first.</param>
/// <param name="WorstStress">The first of them.</param>
/// <param name="ReverseStress">The smallest fall of each coin that breaches a limit, the most fragile first; all coins at once last.</param>
/// <param name="Concentrations">Coverage over capital by each dimension.</param>
/// <param name="CorrelatedExposure">Coverage of coins that tend to fail together.</param>
/// <param name="Correlation">How the coins' peg ratios move together.</param>
/// <param name="Contributions">What makes up CVaR 99 over the longest horizon.</param>
/// <param name="Seed">Key of the random numbers: the same seed and book give the same figures.</param>
/// <param name="Scenarios">Simulated scenarios of each horizon.</param>
/// <param name="Limits">Every limit and where the book stands.</param>
/// <param name="Alerts">The alerts that last, most severe first.</param>
public sealed record RiskSnapshot(
    DateTimeOffset Timestamp,
    DateTimeOffset AsOf,
    decimal? Ltv,
    decimal ReserveRatio,
    decimal TotalCapitalUsd,
    decimal CoverageUsd,
    int TotalPolicies,
    IReadOnlyList<ProductExposure> Top10Products,
    IReadOnlyList<HorizonRisk> Horizons,
    IReadOnlyList<StressFigures> Stress,
    StressFigures WorstStress,
    IReadOnlyList<ReverseStressEntry> ReverseStress,
    Concentrations Concentrations,
    IReadOnlyList<CorrelatedExposure> CorrelatedExposure,
    CorrelationFigures Correlation,
    Contributions Contributions,
    ulong Seed,
    int Scenarios,
    IReadOnlyList<LimitDocument> Limits,
    IReadOnlyList<Alert> Alerts);

/// <summary>A simulated figure.</summary>
/// <param name="Value">The estimate, in USD.</param>
/// <param name="StandardError">Its standard error, in USD.</param>
public sealed record EstimateUsd(decimal Value, decimal StandardError);

/// <summary>The simulated loss of the book over one horizon.</summary>
/// <param name="Days">Horizon.</param>
/// <param name="ExpectedLoss">Mean.</param>
/// <param name="Var95">Not exceeded in 95 % of the scenarios.</param>
/// <param name="Var99">Not exceeded in 99 %.</param>
/// <param name="Var995">Not exceeded in 99.5 %.</param>
/// <param name="Cvar95">Mean of the losses from VaR 95 up.</param>
/// <param name="Cvar99">Mean of the losses from VaR 99 up.</param>
/// <param name="Worst">Greatest loss.</param>
/// <param name="WithoutLoss">Scenarios in which nothing is lost.</param>
/// <param name="Histogram">The other scenarios by loss.</param>
/// <param name="Contributions">What makes up <paramref name="Cvar99"/>.</param>
/// <param name="Tranches">What each tranche bears, first loss first.</param>
public sealed record HorizonRisk(
    int Days,
    EstimateUsd ExpectedLoss,
    EstimateUsd Var95,
    EstimateUsd Var99,
    EstimateUsd Var995,
    EstimateUsd Cvar95,
    EstimateUsd Cvar99,
    decimal Worst,
    int WithoutLoss,
    IReadOnlyList<LossBin> Histogram,
    Contributions Contributions,
    IReadOnlyList<TrancheRisk> Tranches);

/// <summary>Scenarios with a loss above <paramref name="FromUsd"/> and up to <paramref name="ToUsd"/>.</summary>
public sealed record LossBin(decimal FromUsd, decimal ToUsd, int Scenarios);

/// <summary>What a tranche bears over a horizon.</summary>
/// <param name="TrancheId">Which.</param>
/// <param name="CapitalUsd">Its capital.</param>
/// <param name="ExpectedLoss">Mean of what it bears.</param>
/// <param name="ProbabilityTouched">Of bearing anything, 0 … 1.</param>
/// <param name="ProbabilityWipedOut">Of losing all its capital, 0 … 1; 0 without capital.</param>
public sealed record TrancheRisk(Tranche TrancheId, decimal CapitalUsd, EstimateUsd ExpectedLoss, decimal ProbabilityTouched, decimal ProbabilityWipedOut);

/// <summary>What makes up CVaR 99; each list adds up to it. Lists hold what has exposure, largest contribution first.</summary>
public sealed record Contributions(
    IReadOnlyList<ProductContribution> Product,
    IReadOnlyList<ChainContribution> Chain,
    IReadOnlyList<StablecoinContribution> Stablecoin,
    IReadOnlyList<CoverageTypeContribution> CoverageType);

/// <summary>The part of one product.</summary>
public sealed record ProductContribution(CoverageType CoverageType, Chain Chain, Stablecoin Stablecoin, decimal ContributionUsd);

/// <summary>The part of one chain.</summary>
public sealed record ChainContribution(Chain Chain, decimal ContributionUsd);

/// <summary>The part of one coin.</summary>
public sealed record StablecoinContribution(Stablecoin Stablecoin, decimal ContributionUsd);

/// <summary>The part of one coverage type.</summary>
public sealed record CoverageTypeContribution(CoverageType CoverageType, decimal ContributionUsd);

/// <summary>What a scenario of the library costs.</summary>
/// <param name="Scenario">Its id.</param>
/// <param name="LossUsd">Claims and what deployed capital loses; negative is a gain.</param>
/// <param name="ClaimsUsd">What triggered cover pays.</param>
/// <param name="UncoveredUsd">What no tranche can bear.</param>
/// <param name="LtvAfter">All cover over effective capital after it; null where there is cover and no capital.</param>
/// <param name="ReserveRatioAfter">Liquid reserves over capital after it; 1 with no capital.</param>
public sealed record StressFigures(
    string Scenario, decimal LossUsd, decimal ClaimsUsd, decimal UncoveredUsd, decimal? LtvAfter, decimal ReserveRatioAfter);

/// <summary>Coverage over total capital; lists hold what has coverage, largest first. A share is null where there is no capital.</summary>
/// <param name="Stablecoin">By stablecoin.</param>
/// <param name="Chain">By chain.</param>
/// <param name="CoverageType">By coverage type.</param>
/// <param name="Max">The greatest of all of them; 0 with no coverage.</param>
public sealed record Concentrations(
    IReadOnlyList<StablecoinConcentration> Stablecoin,
    IReadOnlyList<ChainConcentration> Chain,
    IReadOnlyList<CoverageTypeConcentration> CoverageType,
    decimal? Max);

/// <summary>Coverage of one coin.</summary>
public sealed record StablecoinConcentration(Stablecoin Stablecoin, decimal ExposureUsd, decimal? OfCapital);

/// <summary>Coverage on one chain.</summary>
public sealed record ChainConcentration(Chain Chain, decimal ExposureUsd, decimal? OfCapital);

/// <summary>Coverage of one type.</summary>
public sealed record CoverageTypeConcentration(CoverageType CoverageType, decimal ExposureUsd, decimal? OfCapital);

/// <summary>Coverage of coins that tend to fail together.</summary>
/// <param name="Stablecoins">The coins.</param>
/// <param name="ExposureUsd">Their coverage.</param>
/// <param name="OfCapital">Over total capital; null where there is none.</param>
public sealed record CorrelatedExposure(IReadOnlyList<Stablecoin> Stablecoins, decimal ExposureUsd, decimal? OfCapital);

/// <summary>How the coins' peg ratios move together.</summary>
/// <param name="Regime">What the mean means; <c>Medium</c> where there is none.</param>
/// <param name="MeanAbsolute">Mean absolute coefficient of the pairs, 0 … 1; null where there is no pair.</param>
/// <param name="Pairs">Pairs with enough history.</param>
public sealed record CorrelationFigures(CorrelationRegime Regime, decimal? MeanAbsolute, IReadOnlyList<CorrelationPair> Pairs);

/// <summary>Two coins.</summary>
/// <param name="First">One.</param>
/// <param name="Second">The other.</param>
/// <param name="Coefficient">Pearson's, −1 … 1.</param>
/// <param name="SharedReturns">Hourly returns it rests on.</param>
public sealed record CorrelationPair(Stablecoin First, Stablecoin Second, decimal Coefficient, int SharedReturns);
