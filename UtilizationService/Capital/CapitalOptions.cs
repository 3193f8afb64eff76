using System.ComponentModel.DataAnnotations;
using Sure.Contracts.Capital;
using Sure.Contracts.Vocabulary;

namespace Sure.UtilizationService.Capital;

/// <summary>The capital structure, section <c>Capital</c>. Defaults are those of the domain, §3.</summary>
public sealed class CapitalOptions
{
    /// <summary>Loss share w of each tranche: how coverage is attributed. Adds up to 1.</summary>
    public IDictionary<Tranche, decimal> LossShares { get; } = new Dictionary<Tranche, decimal>
    {
        [Tranche.Bitcoin] = 0.25m,
        [Tranche.Senior] = 0.20m,
        [Tranche.Mezzanine] = 0.18m,
        [Tranche.Junior] = 0.15m,
        [Tranche.JuniorPlus] = 0.12m,
        [Tranche.Equity] = 0.10m,
    };

    /// <summary>Risk capacity of each tranche: which part of its capital counts as effective. 0 … 1.</summary>
    public IDictionary<Tranche, decimal> RiskCapacities { get; } = new Dictionary<Tranche, decimal>(RiskCapacity.Defaults);

    /// <summary>Utilization up to which a tranche has capacity; a fraction, default 0.95.</summary>
    [Range(0.01, 1.0)]
    public decimal CapacityUtilization { get; set; } = 0.95m;

    /// <summary>Least deposit in USD, default 100.</summary>
    [Range(0.01, 1_000_000)]
    public decimal LeastDepositUsd { get; set; } = 100m;

    /// <summary>
    /// Capital of all tranches in USD up to which deposits are taken, default 10¹². 1 … 10¹⁵, so that no account of the ledger, with 18 digits
    /// before the point, comes near its end.
    /// </summary>
    [Range(1, 1_000_000_000_000_000d)]
    public decimal MostCapitalUsd { get; set; } = 1_000_000_000_000m;

    /// <summary>How often earned premium is booked when nothing else makes it. 1 min … 1 day, default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan PremiumBookingInterval { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How long a movement of capital waits for the premium before it to be booked, before it is asked to come again while that is done
    /// without it. Less than the gateway waits, with what the movement waits for besides. 1 … 15 s, default 8 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:00:15")]
    public TimeSpan PremiumBookingPatience { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>Every fault in words; empty when the options are sound.</summary>
    public IEnumerable<string> Faults()
    {
        foreach (var (name, values) in new[] { (nameof(LossShares), LossShares), (nameof(RiskCapacities), RiskCapacities) })
        {
            foreach (var tranche in Words<Tranche>.Members.Where(t => !values.ContainsKey(t)))
            {
                yield return $"Capital:{name}:{tranche} is missing.";
            }

            foreach (var (tranche, value) in values.Where(v => v.Value is < 0 or > 1))
            {
                yield return $"Capital:{name}:{tranche} is {value}; it must be 0 … 1.";
            }
        }

        if (LossShares.Values.Sum() != 1)
        {
            yield return $"Capital:LossShares add up to {LossShares.Values.Sum()}; they must add up to 1.";
        }
    }
}
