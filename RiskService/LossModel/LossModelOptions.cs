using System.ComponentModel.DataAnnotations;
using Sure.Contracts.Vocabulary;

namespace Sure.RiskService.LossModel;

/// <summary>How the latent variables of the groups hang together.</summary>
public enum Copula
{
    /// <summary>Jointly Student t: extreme events come together more often.</summary>
    T,

    /// <summary>Jointly normal: without tail dependence.</summary>
    Gaussian,
}

/// <summary>The loss model, section <c>Risk:LossModel</c>; 1-domain §8.</summary>
public sealed class LossModelOptions
{
    /// <summary>Where the options are bound from.</summary>
    public const string Section = "Risk:LossModel";

    /// <summary>The horizons in days: what the model is checked by, a month, and what capital is held against.</summary>
    public static IReadOnlyList<int> HorizonsDays { get; } = [1, 30, 365];

    /// <summary>Share of the standard premium that is expected to be paid out, 0 … 1; makes intensities of rates.</summary>
    [Range(0.0, 1.0)]
    public double TargetLossRatio { get; set; } = 0.40;

    /// <summary>Mean share of the exposure a depeg pays, 0.01 … 0.99.</summary>
    [Range(0.01, 0.99)]
    public double DepegSeverity { get; set; } = 0.35;

    /// <summary>Mean share of the exposure an exploited contract pays, 0.01 … 0.99.</summary>
    [Range(0.01, 0.99)]
    public double SmartContractSeverity { get; set; } = 0.60;

    /// <summary>Mean share of the exposure a failed oracle pays, 0.01 … 0.99.</summary>
    [Range(0.01, 0.99)]
    public double OracleSeverity { get; set; } = 0.50;

    /// <summary>Mean share of the exposure an exploited bridge pays, 0.01 … 0.99.</summary>
    [Range(0.01, 0.99)]
    public double BridgeSeverity { get; set; } = 0.80;

    /// <summary>Mean share of the exposure a liquidation cascade pays, 0.01 … 0.99.</summary>
    [Range(0.01, 0.99)]
    public double CexLiquidationSeverity { get; set; } = 0.45;

    /// <summary>α + β of the severities' beta distributions, 1 … 1 000; greater is narrower.</summary>
    [Range(1.0, 1000.0)]
    public double SeverityPrecision { get; set; } = 10;

    /// <summary>Share of the latent variance that all groups have in common, ρ_G, 0 … 0.99.</summary>
    [Range(0.0, 0.99)]
    public double GlobalLoading { get; set; } = 0.10;

    /// <summary>Share that the groups of a coverage type have in common, ρ_T, 0 … 0.99.</summary>
    [Range(0.0, 0.99)]
    public double TypeLoading { get; set; } = 0.15;

    /// <summary>Share that the groups of a chain have in common, ρ_C, 0 … 0.99.</summary>
    [Range(0.0, 0.99)]
    public double ChainLoading { get; set; } = 0.10;

    /// <summary>Share that the groups of a stablecoin have in common, ρ_S, 0 … 0.99.</summary>
    [Range(0.0, 0.99)]
    public double StablecoinLoading { get; set; } = 0.25;

    /// <summary>The copula; <see cref="Copula.T"/> unless told otherwise.</summary>
    public Copula Copula { get; set; } = Copula.T;

    /// <summary>Degrees of freedom ν of the t copula, whole, 1 … 100.</summary>
    [Range(1, 100)]
    public int Freedom { get; set; } = 4;

    /// <summary>Scenarios per horizon, 1 000 … 10 000 000.</summary>
    [Range(1000, 10_000_000)]
    public int Scenarios { get; set; } = 100_000;

    /// <summary>Key of the random numbers: the same seed and book give the same figures.</summary>
    public ulong Seed { get; set; } = 20_230_311;

    /// <summary>Mean severity m of a coverage type.</summary>
    public double MeanSeverity(CoverageType type) => type switch
    {
        CoverageType.Depeg => DepegSeverity,
        CoverageType.SmartContract => SmartContractSeverity,
        CoverageType.Oracle => OracleSeverity,
        CoverageType.Bridge => BridgeSeverity,
        CoverageType.CexLiquidation => CexLiquidationSeverity,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not a coverage type."),
    };

    /// <summary>What is wrong with the options as a whole, beyond the range of each.</summary>
    public IEnumerable<string> Faults()
    {
        if (GlobalLoading + TypeLoading + ChainLoading + StablecoinLoading >= 1)
            yield return $"{Section}: the loadings must add up to less than 1; the rest is the group's own.";
    }
}
