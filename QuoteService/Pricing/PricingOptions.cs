using System.ComponentModel.DataAnnotations;
using Sure.Contracts.Vocabulary;

namespace Sure.QuoteService.Pricing;

/// <summary>Everything a price is made of, section <c>Pricing</c>. Rates are fractions per year. Defaults are those of the domain, §2.</summary>
public sealed class PricingOptions
{
    /// <summary>Base rate of each coverage type.</summary>
    public IDictionary<CoverageType, decimal> BaseRates { get; } = new Dictionary<CoverageType, decimal>
    {
        [CoverageType.Depeg] = 0.008m,
        [CoverageType.SmartContract] = 0.015m,
        [CoverageType.Oracle] = 0.012m,
        [CoverageType.Bridge] = 0.020m,
        [CoverageType.CexLiquidation] = 0.025m,
    };

    /// <summary>What the base rate is multiplied by on each chain.</summary>
    public IDictionary<Chain, decimal> ChainMultipliers { get; } = new Dictionary<Chain, decimal>
    {
        [Chain.Bitcoin] = 0.9m,
        [Chain.Ethereum] = 1.0m,
        [Chain.TON] = 1.0m,
        [Chain.Arbitrum] = 1.1m,
        [Chain.Base] = 1.1m,
        [Chain.Optimism] = 1.1m,
        [Chain.Polygon] = 1.2m,
        [Chain.Lightning] = 1.3m,
        [Chain.Solana] = 1.4m,
    };

    /// <summary>What is added to the rate for each coin.</summary>
    public IDictionary<Stablecoin, decimal> StablecoinAdjustments { get; } = new Dictionary<Stablecoin, decimal>
    {
        [Stablecoin.USDC] = 0.0m,
        [Stablecoin.USDP] = 0.0001m,
        [Stablecoin.DAI] = 0.0002m,
        [Stablecoin.FRAX] = 0.0003m,
        [Stablecoin.LUSD] = 0.0003m,
        [Stablecoin.GHO] = 0.0004m,
        [Stablecoin.USDT] = 0.0005m,
        [Stablecoin.PYUSD] = 0.0005m,
        [Stablecoin.crvUSD] = 0.0006m,
        [Stablecoin.mkUSD] = 0.0007m,
        [Stablecoin.USDY] = 0.0008m,
        [Stablecoin.BUSD] = 0.0010m,
        [Stablecoin.USDe] = 0.0015m,
        [Stablecoin.sUSDe] = 0.0020m,
    };

    /// <summary>Least premium in USD, default 1.00.</summary>
    [Range(0.0, 10_000.0)]
    public decimal LeastPremiumUsd { get; set; } = 1.00m;

    /// <summary>Least cover in USD, default 100.</summary>
    [Range(0.01, 1e9)]
    public decimal LeastCoverageUsd { get; set; } = 100m;

    /// <summary>Greatest cover in USD, default 10 000 000.</summary>
    [Range(0.01, 1e12)]
    public decimal GreatestCoverageUsd { get; set; } = 10_000_000m;

    /// <summary>Longest cover in days, default 365.</summary>
    [Range(1, 3650)]
    public int LongestDays { get; set; } = 365;

    /// <summary>How long a quote lives. 1 s … 1 h, default 300 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan QuoteLife { get; set; } = TimeSpan.FromSeconds(300);

    /// <summary>The mode whose quotes can be bound, default <see cref="PricingMode.Standard"/>.</summary>
    public PricingMode BindableMode { get; set; } = PricingMode.Standard;

    /// <summary>Age from which a figure of dynamic pricing is stale. Default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan StaleAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Bounds and loads of chosen depeg terms.</summary>
    public TermOptions Terms { get; } = new();

    /// <summary>Loads of dynamic pricing.</summary>
    public LoadOptions Loads { get; } = new();

    /// <summary>Every fault in words; empty when the options are sound.</summary>
    public IEnumerable<string> Faults() =>
        Missing("BaseRates", BaseRates).Concat(Missing("ChainMultipliers", ChainMultipliers)).Concat(Missing("StablecoinAdjustments", StablecoinAdjustments))
            .Concat(Missing("Loads:CorrelationRegimes", Loads.CorrelationRegimes))
            .Concat(LeastCoverageUsd > GreatestCoverageUsd ? ["Pricing:LeastCoverageUsd is above Pricing:GreatestCoverageUsd."] : [])
            .Concat(Terms.Faults())
            .Concat(Loads.Faults(GreatestCoverageUsd));

    private static IEnumerable<string> Missing<T>(string name, IDictionary<T, decimal> values)
        where T : struct, Enum =>
        Words<T>.Members.Where(m => !values.ContainsKey(m)).Select(m => $"Pricing:{name}:{m} is missing.")
            .Concat(values.Where(v => v.Value < 0).Select(v => $"Pricing:{name}:{v.Key} is {v.Value}; it must not be negative."));
}

/// <summary>Terms a buyer of <c>depeg</c> may choose, section <c>Pricing:Terms</c>.</summary>
public sealed class TermOptions : TermBounds
{
    /// <summary>What a trigger above the default adds to the rate per unit of peg ratio; default 10.</summary>
    public decimal TriggerSlope { get; set; } = 10m;

    /// <summary>Exponent of the load of the floor; default 0.5.</summary>
    public double FloorExponent { get; set; } = 0.5;

    /// <summary>Exponent of the load of the dwell time; default 0.25.</summary>
    public double DwellExponent { get; set; } = 0.25;

    /// <summary>Least load of each term; default 0.2.</summary>
    public decimal LeastLoad { get; set; } = 0.2m;

    /// <summary>The fixed terms of <c>cex_liquidation</c>; a copy, because configuration is bound into it.</summary>
    public PolicyTerms CexLiquidation { get; set; } = PolicyTerms.CexLiquidationDefault with { };

    /// <summary>Every fault in words; empty when the options are sound.</summary>
    public IEnumerable<string> Faults()
    {
        const string section = "Pricing:Terms";
        foreach (var fault in Faults(section))
        {
            yield return fault;
        }

        if (TriggerSlope < 0)
        {
            yield return $"{section}:TriggerSlope is {TriggerSlope}; it must not be negative.";
        }

        foreach (var (name, exponent) in new[] { (nameof(FloorExponent), FloorExponent), (nameof(DwellExponent), DwellExponent) })
        {
            if (exponent is not (>= 0 and <= 10))
            {
                yield return $"{section}:{name} is {exponent}; it must be 0 … 10.";
            }
        }

        if (LeastLoad <= 0)
        {
            yield return $"{section}:LeastLoad is {LeastLoad}; it must be above 0.";
        }

        var (trigger, floor, dwellHours) = CexLiquidation;
        if (trigger >= 1 || floor < 0 || floor >= trigger || dwellHours < 1)
        {
            yield return $"{section}:CexLiquidation has the trigger {trigger}, the floor {floor} and {dwellHours} hours; it must be 1 > trigger > floor >= 0 and 1 hour or more.";
        }
    }
}

/// <summary>Loads of dynamic pricing, section <c>Pricing:Loads</c>.</summary>
public sealed class LoadOptions
{
    private static readonly LoadPoint[] DefaultUtilization = [new(0.50m, 1.00m), new(0.70m, 1.10m), new(0.85m, 2.00m)];
    private static readonly LoadPoint[] DefaultBridgeHealth = [new(0.9m, 1.0m), new(0.7m, 1.1m), new(0.5m, 1.3m), new(0.3m, 1.6m), new(-1m, 2.0m)];
    private static readonly LoadPoint[] DefaultSize = [new(100_000m, 1.00m), new(1_000_000m, 0.95m), new(decimal.MaxValue, 0.90m)];

    /// <summary>Load of the pool's LTV after this cover: straight lines between these points, flat outside them; empty for the defaults.</summary>
    public IList<LoadPoint> Utilization { get; } = [];

    /// <summary>Concentration from which a coin costs more; default 0.25.</summary>
    public decimal ConcentrationFrom { get; set; } = 0.25m;

    /// <summary>Load per unit of concentration above; default 4.</summary>
    public decimal ConcentrationSlope { get; set; } = 4m;

    /// <summary>Reserve ratio below which cover costs more; default 0.20.</summary>
    public decimal ReservesBelow { get; set; } = 0.20m;

    /// <summary>Load per unit of reserve ratio below; default 5.</summary>
    public decimal ReservesSlope { get; set; } = 5m;

    /// <summary>Load of the coins' correlation.</summary>
    public IDictionary<CorrelationRegime, decimal> CorrelationRegimes { get; } = new Dictionary<CorrelationRegime, decimal>
    {
        [CorrelationRegime.Low] = 1.0m,
        [CorrelationRegime.Medium] = 1.1m,
        [CorrelationRegime.High] = 1.3m,
    };

    /// <summary>Load of a bridge by its score: the first whose score is exceeded, the last by every score; empty for the defaults.</summary>
    public IList<LoadPoint> BridgeHealth { get; } = [];

    /// <summary>Load of a chain without a monitored bridge, and of a bridge of which nothing is known; default 1.5.</summary>
    public decimal BridgeUnknown { get; set; } = 1.5m;

    /// <summary>Load of the amount by slice: up to that many USD, that factor, the last up to the greatest cover; empty for the defaults.</summary>
    public IList<LoadPoint> Size { get; } = [];

    /// <summary>The points of <see cref="Utilization"/>, in ascending order.</summary>
    public IList<LoadPoint> UtilizationPoints() => Utilization.Count > 0 ? Utilization : DefaultUtilization;

    /// <summary>The steps of <see cref="BridgeHealth"/>, in descending order.</summary>
    public IList<LoadPoint> BridgeHealthSteps() => BridgeHealth.Count > 0 ? BridgeHealth : DefaultBridgeHealth;

    /// <summary>The slices of <see cref="Size"/>, in ascending order.</summary>
    public IList<LoadPoint> SizeSlices() => Size.Count > 0 ? Size : DefaultSize;

    /// <summary>Every fault in words; empty when the options are sound.</summary>
    /// <param name="greatestCoverageUsd">Greatest cover that is sold.</param>
    public IEnumerable<string> Faults(decimal greatestCoverageUsd)
    {
        const string section = "Pricing:Loads";
        foreach (var (name, points) in new[] { (nameof(Utilization), Utilization), (nameof(BridgeHealth), BridgeHealth), (nameof(Size), Size) })
        {
            foreach (var (i, point) in points.Index())
            {
                if (point.Factor <= 0)
                {
                    yield return $"{section}:{name}:{i}:Factor is {point.Factor}; it must be above 0.";
                }

                if (i > 0 && (name is nameof(BridgeHealth) ? point.At >= points[i - 1].At : point.At <= points[i - 1].At))
                {
                    yield return $"{section}:{name}:{i}:At is {point.At}; it must be {(name is nameof(BridgeHealth) ? "below" : "above")} the one before, {points[i - 1].At}.";
                }
            }
        }

        if (BridgeHealthSteps()[^1].At >= 0)
        {
            yield return $"{section}:BridgeHealth ends at {BridgeHealth[^1].At}; the last step must be below 0, so that it holds for every score.";
        }

        if (SizeSlices()[0].At <= 0 || SizeSlices()[^1].At < greatestCoverageUsd)
        {
            yield return $"{section}:Size goes from {Size[0].At} to {Size[^1].At}; it must begin above 0 and reach Pricing:GreatestCoverageUsd, {greatestCoverageUsd}.";
        }

        foreach (var (name, slope) in new[] { (nameof(ConcentrationSlope), ConcentrationSlope), (nameof(ReservesSlope), ReservesSlope) })
        {
            if (slope < 0)
            {
                yield return $"{section}:{name} is {slope}; it must not be negative.";
            }
        }

        foreach (var (name, factor) in CorrelationRegimes.Select(r => ($"{nameof(CorrelationRegimes)}:{r.Key}", r.Value)).Append((nameof(BridgeUnknown), BridgeUnknown)))
        {
            if (factor <= 0)
            {
                yield return $"{section}:{name} is {factor}; it must be above 0.";
            }
        }
    }
}

/// <summary>A point of a load table.</summary>
/// <param name="At">Where.</param>
/// <param name="Factor">What the premium is multiplied by.</param>
public sealed record LoadPoint(decimal At, decimal Factor);

/// <summary>How a quote is priced.</summary>
public enum PricingMode
{
    /// <summary>By the tables alone.</summary>
    [System.Text.Json.Serialization.JsonStringEnumMemberName("standard")]
    Standard,

    /// <summary>The standard premium times loads of the present state of the pool and the market.</summary>
    [System.Text.Json.Serialization.JsonStringEnumMemberName("dynamic")]
    Dynamic,
}
