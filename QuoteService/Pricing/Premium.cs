using Sure.Contracts.Vocabulary;

namespace Sure.QuoteService.Pricing;

/// <summary>One factor of a premium.</summary>
/// <param name="Name">What it is for.</param>
/// <param name="Factor">What the premium is multiplied by.</param>
public sealed record Load(string Name, decimal Factor);

/// <summary>What a price is asked for. Bounds have been checked.</summary>
/// <param name="Product">What is covered.</param>
/// <param name="CoverageUsd">How much.</param>
/// <param name="DurationDays">Whole days.</param>
/// <param name="Terms">Price terms; null for types without.</param>
public sealed record Cover(Product Product, decimal CoverageUsd, int DurationDays, PolicyTerms? Terms);

/// <summary>A premium with everything it is made of: coverage × total rate × days / 365 × every load, at least the least premium.</summary>
/// <param name="PremiumUsd">Rounded half away from zero to cents.</param>
/// <param name="BaseRate">Of the coverage type, per year.</param>
/// <param name="ChainMultiplier">Of the chain.</param>
/// <param name="StablecoinAdjustment">Of the coin, per year.</param>
/// <param name="TotalRate">base rate × chain multiplier + adjustment.</param>
/// <param name="StandardRate">Total rate with the loads of the terms; per year.</param>
/// <param name="Loads">Every load that was applied.</param>
/// <param name="MinimumApplied">Whether the least premium took the place of a smaller one.</param>
/// <param name="StaleInputs">Loads left at 1 because their figure is missing or too old.</param>
public sealed record Price(
    decimal PremiumUsd,
    decimal BaseRate,
    decimal ChainMultiplier,
    decimal StablecoinAdjustment,
    decimal TotalRate,
    decimal StandardRate,
    IReadOnlyList<Load> Loads,
    bool MinimumApplied,
    IReadOnlyList<string> StaleInputs);

/// <summary>The pricing formula (domain, §2).</summary>
public static class Premium
{
    private const decimal DaysPerYear = 365m;

    /// <summary>Digits of factors that roots are taken for; the same on every machine.</summary>
    private const int FactorDigits = 8;

    /// <summary>base rate × chain multiplier + stablecoin adjustment, per year.</summary>
    public static decimal TotalRate(Product product, PricingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Normalized((options.BaseRates[product.CoverageType] * options.ChainMultipliers[product.Chain]) + options.StablecoinAdjustments[product.Stablecoin]);
    }

    /// <summary>The standard price.</summary>
    public static Price Standard(Cover cover, PricingOptions options)
    {
        ArgumentNullException.ThrowIfNull(cover);
        ArgumentNullException.ThrowIfNull(options);
        return Of(cover, options, [], []);
    }

    /// <summary>The price with the loads of <paramref name="conditions"/>.</summary>
    public static Price Dynamic(Cover cover, PricingOptions options, MarketConditions conditions)
    {
        ArgumentNullException.ThrowIfNull(cover);
        ArgumentNullException.ThrowIfNull(options);
        var loads = DynamicLoads.Of(cover, options.Loads, conditions);
        return Of(cover, options, [.. loads.Where(l => l.Factor is not null).Select(l => new Load(l.Name, l.Factor!.Value))], [.. loads.Where(l => l.Factor is null).Select(l => l.Name)]);
    }

    /// <summary>
    /// Loads of chosen depeg terms, each at least <see cref="TermOptions.LeastLoad"/>: trigger 1 + (trigger − 0.97) · 10, floor
    /// (0.07 / (trigger − floor))^0.5, dwell (4 / hours)^0.25, where 0.97, 0.07 and 4 are the default terms. Empty for the default terms.
    /// </summary>
    public static IReadOnlyList<Load> TermLoads(PolicyTerms terms, TermOptions options)
    {
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(options);
        var standard = PolicyTerms.DepegDefault;
        if (terms == standard)
        {
            return [];
        }

        var standardDistance = standard.TriggerPrice - standard.FloorPrice;
        return
        [
            AtLeast("trigger_price", 1 + ((terms.TriggerPrice - standard.TriggerPrice) * options.TriggerSlope)),
            AtLeast("floor_price", Power(standardDistance / (terms.TriggerPrice - terms.FloorPrice), options.FloorExponent)),
            AtLeast("dwell_hours", Power((decimal)standard.DwellHours / terms.DwellHours, options.DwellExponent)),
        ];

        Load AtLeast(string name, decimal factor) => new(name, Math.Max(options.LeastLoad, factor));
    }

    private static Price Of(Cover cover, PricingOptions options, IReadOnlyList<Load> dynamicLoads, IReadOnlyList<string> staleInputs)
    {
        var product = cover.Product;
        var baseRate = options.BaseRates[product.CoverageType];
        var multiplier = options.ChainMultipliers[product.Chain];
        var adjustment = options.StablecoinAdjustments[product.Stablecoin];
        var totalRate = TotalRate(product, options);
        var termLoads = product.CoverageType is CoverageType.Depeg && cover.Terms is not null ? TermLoads(cover.Terms, options.Terms) : [];
        var standardRate = termLoads.Aggregate(totalRate, (rate, load) => rate * load.Factor);
        var exact = dynamicLoads.Aggregate(cover.CoverageUsd * standardRate * cover.DurationDays / DaysPerYear, (premium, load) => premium * load.Factor);
        var charged = Math.Round(Math.Max(options.LeastPremiumUsd, exact), 2, MidpointRounding.AwayFromZero);
        return new Price(
            charged,
            baseRate,
            multiplier,
            adjustment,
            totalRate,
            Normalized(standardRate),
            [.. termLoads, .. dynamicLoads],
            exact < options.LeastPremiumUsd,
            staleInputs);
    }

    /// <summary>Roots are taken in double and rounded; eight digits are far inside its accuracy.</summary>
    private static decimal Power(decimal value, double exponent) =>
        Math.Round((decimal)Math.Pow((double)value, exponent), FactorDigits, MidpointRounding.AwayFromZero);

    /// <summary>Without trailing zeros, for 0.0080 says no more than 0.008: dividing by a one with all 28 zeros leaves the shortest scale.</summary>
    private static decimal Normalized(decimal value) => value / 1.0000000000000000000000000000m;
}
