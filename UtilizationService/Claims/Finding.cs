using Sure.UtilizationService.Claims.Rules;
using Sure.UtilizationService.Incidents;
using Sure.UtilizationService.Market;
using Sure.UtilizationService.Policies;

namespace Sure.UtilizationService.Claims;

/// <summary>What was found about the trigger of a policy.</summary>
/// <param name="Policy">The policy as it was when it was judged.</param>
/// <param name="Reason">One sentence for a person.</param>
/// <param name="Basis">What it rests on.</param>
internal abstract record Finding(Policy Policy, string Reason, DecisionBasis Basis)
{
    /// <summary>The finding that <paramref name="verdict"/> is about <paramref name="policy"/>.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="rule">The rule that judged.</param>
    /// <param name="verdict">What it said.</param>
    /// <param name="considered">What it was found in; kept as evidence where the trigger was not met.</param>
    public static Finding Of(Policy policy, PriceRule rule, Verdict verdict, ConsideredPoints? considered = null)
    {
        var basis = new DecisionBasis(rule.Name, rule.Parameters) { Points = verdict.Points };
        return verdict switch
        {
            Verdict.Triggered met => new Met(policy, met.Reason, basis with { Arithmetic = met.Arithmetic }, met.At, met.PayoutFraction),
            Verdict.Running => new Undecided(policy, verdict.Reason, basis with { Considered = considered }),
            _ => new NotMet(policy, verdict.Reason, basis with { Considered = considered }),
        };
    }

    /// <summary>The policy pays.</summary>
    /// <param name="At">When the trigger was met, by the facts.</param>
    /// <param name="PayoutFraction">Part of the cover, 0 … 1.</param>
    public sealed record Met(Policy Policy, string Reason, DecisionBasis Basis, DateTimeOffset At, decimal PayoutFraction) : Finding(Policy, Reason, Basis);

    /// <summary>It does not.</summary>
    public sealed record NotMet(Policy Policy, string Reason, DecisionBasis Basis) : Finding(Policy, Reason, Basis);

    /// <summary>It may yet: what has begun is neither complete nor over.</summary>
    public sealed record Undecided(Policy Policy, string Reason, DecisionBasis Basis) : Finding(Policy, Reason, Basis);
}

/// <summary>Recorded points that a rule was given, or of which none reached its trigger: too many to be kept with a decision once more, and known by these.</summary>
/// <param name="Count">How many.</param>
/// <param name="FirstSequence">Sequence of the first.</param>
/// <param name="LastSequence">Sequence of the last.</param>
internal sealed record ConsideredPoints(long Count, long FirstSequence, long LastSequence);

/// <summary>What a decision rests on.</summary>
/// <param name="Rule">Name of the rule.</param>
/// <param name="Parameters">Its parameters by name.</param>
internal sealed record DecisionBasis(string Rule, IReadOnlyDictionary<string, decimal> Parameters)
{
    /// <summary>The consensus points that prove it, for cover that prices decide: all of a run that pays, a few of what pays nothing.</summary>
    public IReadOnlyList<ConsensusPoint> Points { get; init; } = [];

    /// <summary>The recorded points in which nothing that pays was found; null where something was, or none is recorded.</summary>
    public ConsideredPoints? Considered { get; init; }

    /// <summary>The exploits, for bridge cover.</summary>
    public IReadOnlyList<Exploit> Exploits { get; init; } = [];

    /// <summary>The incidents, for cover that operators decide.</summary>
    public IReadOnlyList<Incident> Incidents { get; init; } = [];

    /// <summary>How the payout was computed, with its numbers; null where there is nothing to compute.</summary>
    public string? Arithmetic { get; init; }
}
