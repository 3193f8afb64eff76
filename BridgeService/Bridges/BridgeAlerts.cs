using Sure.Contracts.Consensus;
using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.Bridges;

/// <summary>Raises each alert once and resolves it when its figure is back inside, past a margin.</summary>
internal static class BridgeAlerts
{
    /// <summary>What is raised, what goes on and what is over.</summary>
    public sealed record Judgement(IReadOnlyList<BridgeAlert> Active, IReadOnlyList<BridgeAlert> Raised, IReadOnlyList<BridgeAlert> Resolved);

    public static Judgement Judge(Standing standing, IReadOnlyDictionary<string, BridgeAlert> before, BridgeOptions options)
    {
        var active = new List<BridgeAlert>();
        var raised = new List<BridgeAlert>();
        var resolved = new List<BridgeAlert>();
        foreach (var rule in Rules(standing, options))
        {
            // Without a margin a figure at its limit would be back inside while it is raised.
            switch (before.GetValueOrDefault(rule.AlertType), rule.Begins, rule.Begins || rule.Lasts)
            {
                case (null, true, _):
                    var alert = new BridgeAlert(
                        Guid.CreateVersion7(standing.Now), rule.Severity, rule.AlertType, rule.Message(), standing.Now, Resolved: false);
                    active.Add(alert);
                    raised.Add(alert);
                    break;
                case ({ } known, _, true):
                    active.Add(known);
                    break;
                case ({ } known, _, false):
                    resolved.Add(known with { Resolved = true });
                    break;
                default:
                    break;
            }
        }

        return new Judgement(active, raised, resolved);
    }

    private static IEnumerable<Rule> Rules(Standing s, BridgeOptions o)
    {
        // Where a figure is not known, an alert about it goes on as it was.
        var drop = -s.DrawdownPct;
        yield return new Rule(
            "tvl_drop",
            Severity.Critical,
            drop > o.CriticalDrawdownPct,
            !(drop <= o.CriticalDrawdownPct - o.ResolveMarginPct),
            () => $"CRITICAL: Bridge TVL dropped {drop:0.0}% (${s.Peak?.Value - s.TvlUsd:0}) in {(s.Now - s.Peak?.At)?.TotalMinutes:0} minutes");

        decimal? decline = s.TvlUsd is { } tvl && s.RecentPeak is { } recent ? -BridgeAssessor.Change(tvl, recent.Value) : null;
        yield return new Rule(
            "tvl_decline",
            Severity.High,
            decline > o.DeclinePct,
            !(decline <= o.DeclinePct - o.ResolveMarginPct),
            () => $"HIGH: Bridge TVL declined {decline:0.0}% (${s.RecentPeak?.Value - s.TvlUsd:0}) in {(s.Now - s.RecentPeak?.At)?.TotalMinutes:0} minutes");

        decimal? step = s.TvlUsd is { } now && s.LastTvlUsd is { } last ? -BridgeAssessor.Change(now, last) : null;
        yield return new Rule(
            "tvl_step",
            Severity.Medium,
            step > o.StepPct,
            !(step <= o.StepPct - o.ResolveMarginPct),
            () => $"MEDIUM: Bridge TVL dropped {step:0.0}% (${s.LastTvlUsd - s.TvlUsd:0}) since the point before");

        double? variation = s.Values.Count > 1 ? Sample.CoefficientOfVariation(s.Values) : null;
        yield return new Rule(
            "oracle_discrepancy",
            Severity.High,
            variation >= o.DiscrepancyVariation,
            !(variation <= o.DiscrepancyVariation - (double)(o.ResolveMarginPct / 100)),
            () => $"HIGH: Sources disagree on the bridge's TVL by {variation * 100:0.0}%");

        yield return new Rule(
            "single_source", Severity.Medium, s.Values.Count == 1, s.Values.Count == 1, () => "MEDIUM: Only one source of the bridge's TVL is live");
        yield return new Rule(
            "no_live_source", Severity.High, s.Values.Count == 0, s.Values.Count == 0, () => "HIGH: No source of the bridge's TVL is live");
        yield return new Rule("contract_paused", Severity.High, s.Paused, s.Paused, () => "HIGH: Bridge contract is paused");

        var age = s.Now - s.LastObservedAt;
        yield return new Rule(
            "stale", Severity.High, age >= o.StaleAfter, age >= o.StaleAfter, () => $"HIGH: Bridge has not been observed for {age.TotalMinutes:0} minutes");
    }

    /// <param name="AlertType">Its kind.</param>
    /// <param name="Severity">How urgent.</param>
    /// <param name="Begins">Whether it is raised now.</param>
    /// <param name="Lasts">Whether one that was raised goes on.</param>
    /// <param name="Message">One sentence; written when it is raised.</param>
    private sealed record Rule(string AlertType, Severity Severity, bool Begins, bool Lasts, Func<string> Message);
}
