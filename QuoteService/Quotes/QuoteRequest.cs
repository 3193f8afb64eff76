using Sure.Contracts.Vocabulary;
using Sure.QuoteService.Pricing;

namespace Sure.QuoteService.Quotes;

/// <summary>Body of <c>POST /api/v2/quote/multi-dimensional</c>.</summary>
/// <param name="CoverageType">What is covered.</param>
/// <param name="Chain">Where the coins are.</param>
/// <param name="Stablecoin">Which coin.</param>
/// <param name="CoverageAmount">USD, 100 … 10 000 000 with at most 2 decimals.</param>
/// <param name="DurationDays">1 … 365 whole days.</param>
/// <param name="Pricing"><c>standard</c> where it is left out.</param>
/// <param name="TriggerPrice">For <c>depeg</c>: 0.90 … 0.99, 0.97 where it is left out.</param>
/// <param name="FloorPrice">For <c>depeg</c>: 0.50 … trigger − 0.01, 0.90 where it is left out.</param>
/// <param name="DwellHours">For <c>depeg</c>: 1 … 24, 4 where it is left out.</param>
public sealed record QuoteRequest(
    CoverageType CoverageType,
    Chain Chain,
    Stablecoin Stablecoin,
    decimal CoverageAmount,
    int DurationDays,
    PricingMode? Pricing = null,
    decimal? TriggerPrice = null,
    decimal? FloorPrice = null,
    int? DwellHours = null);

/// <summary>Whether a request is something that can be priced.</summary>
public static class QuoteRules
{
    /// <summary>The cover asked for, or what is outside its bounds, by field.</summary>
    public static (Cover? Cover, IReadOnlyDictionary<string, string[]> Faults) Check(QuoteRequest request, PricingOptions options)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(options);
        var faults = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (request.CoverageAmount < options.LeastCoverageUsd || request.CoverageAmount > options.GreatestCoverageUsd)
        {
            Fault("coverage_amount", $"must be {options.LeastCoverageUsd} … {options.GreatestCoverageUsd} USD");
        }
        else if (decimal.Round(request.CoverageAmount, 2) != request.CoverageAmount)
        {
            Fault("coverage_amount", "must have at most 2 decimals");
        }

        if (request.DurationDays < 1 || request.DurationDays > options.LongestDays)
        {
            Fault("duration_days", $"must be 1 … {options.LongestDays}");
        }

        var terms = request.CoverageType switch
        {
            CoverageType.Depeg => CheckTerms(),
            CoverageType.CexLiquidation => NoTerms(options.Terms.CexLiquidation),
            _ => NoTerms(fixedTerms: null),
        };
        return faults.Count > 0
            ? (null, faults)
            : (new Cover(new Product(request.CoverageType, request.Chain, request.Stablecoin), request.CoverageAmount, request.DurationDays, terms), faults);

        void Fault(string field, string sentence) => faults[field] = [$"{field} {sentence}."];

        PolicyTerms CheckTerms()
        {
            var chosen = new PolicyTerms(
                request.TriggerPrice ?? PolicyTerms.DepegDefault.TriggerPrice,
                request.FloorPrice ?? PolicyTerms.DepegDefault.FloorPrice,
                request.DwellHours ?? PolicyTerms.DepegDefault.DwellHours);
            foreach (var (field, fault) in options.Terms.Faults(chosen))
            {
                Fault(field, fault);
            }

            return chosen;
        }

        PolicyTerms? NoTerms(PolicyTerms? fixedTerms)
        {
            foreach (var (field, given) in new[]
                {
                    ("trigger_price", request.TriggerPrice is not null),
                    ("floor_price", request.FloorPrice is not null),
                    ("dwell_hours", request.DwellHours is not null),
                })
            {
                if (given)
                {
                    Fault(field, "can be chosen for depeg only");
                }
            }

            return fixedTerms;
        }
    }
}
