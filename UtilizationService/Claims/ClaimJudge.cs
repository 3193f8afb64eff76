using System.Globalization;
using Microsoft.Extensions.Options;
using Sure.Contracts.Vocabulary;
using Sure.UtilizationService.Claims.Rules;
using Sure.UtilizationService.Incidents;
using Sure.UtilizationService.Market;
using Sure.UtilizationService.Policies;
using Sure.UtilizationService.Triggers;

namespace Sure.UtilizationService.Claims;

/// <summary>Judges one policy by everything that is recorded, with the rules the trigger watch pays by.</summary>
internal sealed class ClaimJudge(
    ConsensusStore points, ExploitStore exploits, IncidentStore incidents, IOptions<TriggerOptions> options, TimeProvider time)
{
    /// <summary>
    /// Points further apart than this cannot belong to one run, nor to the span after it in which the lowest price is looked for.
    /// </summary>
    private TimeSpan Apart => options.Value.LongestGap + options.Value.CexWindow;

    /// <summary>What is found about <paramref name="policy"/> now.</summary>
    public async Task<Finding> JudgeAsync(Policy policy, CancellationToken cancellationToken)
    {
        var (from, to) = (policy.StartsAt, policy.EndsAt);
        return policy.Product.CoverageType switch
        {
            CoverageType.Bridge when Bridge.OfChain(policy.Product.Chain).Count > 0 =>
                EventRules.Judge(policy, await exploits.FindAsync(policy.Product.Chain, from, to, cancellationToken)),
            CoverageType.Bridge or CoverageType.SmartContract =>
                EventRules.Judge(policy, await incidents.FindAsync(policy.Product, from, to, cancellationToken)),
            _ => await JudgePricesAsync(policy, cancellationToken),
        };
    }

    private async Task<Finding> JudgePricesAsync(Policy policy, CancellationToken cancellationToken)
    {
        var rule = PriceRule.For(policy.Product.CoverageType, policy.Terms, options.Value);
        var byConsensus = policy.Product.CoverageType is CoverageType.Oracle;
        var period = new CoverPeriod(policy.StartsAt, policy.EndsAt);
        var coin = policy.Product.Stablecoin;
        decimal? ratio = byConsensus ? null : rule.Parameters["trigger_price"];
        decimal? consensus = byConsensus ? options.Value.OracleConsensus : null;
        var judgement = rule.Begin(period);
        var (count, first, latest) = (0L, 0L, 0L);
        var spans = await points.FindTroubleAsync(coin, period.StartsAt, period.EndsAt, ratio, consensus, Apart, cancellationToken);
        foreach (var (i, (from, to)) in spans.Index())
        {
            // Until past the end of the span, so that the point that ends a run is among them.
            await foreach (var point in points.ReadSpanAsync(coin, from, to + Apart, cancellationToken))
            {
                Take(point);
                if (judgement.IsFinal)
                {
                    break;
                }
            }

            if (judgement.Verdict is Verdict.Running
                && await points.FindNextAsync(coin, to + Apart, cancellationToken) is { } next
                && (i + 1 == spans.Count || next.At < spans[i + 1].From))
            {
                // Nothing was said in all of the span that could end the run; whatever is said after it does, be it the first of the next span.
                Take(next);
            }

            if (judgement.IsFinal)
            {
                break;
            }
        }

        return count > 0
            ? Finding.Of(policy, rule, judgement.Verdict, new ConsideredPoints(count, first, latest))
            : await NeverInTroubleAsync(policy, rule, byConsensus, cancellationToken);

        void Take(ConsensusPoint point)
        {
            judgement.Take(point);
            (count, first, latest) = (count + 1, count == 0 ? point.Sequence : first, point.Sequence);
        }
    }

    private async Task<Finding> NeverInTroubleAsync(Policy policy, PriceRule rule, bool byConsensus, CancellationToken cancellationToken)
    {
        var (coin, from) = (policy.Product.Stablecoin, policy.StartsAt);
        var until = policy.EndsAt < time.GetUtcNow() ? policy.EndsAt : time.GetUtcNow();
        var recorded = await points.CountAsync(coin, from, until, byConsensus, cancellationToken);
        var basis = new DecisionBasis(rule.Name, rule.Parameters)
        {
            Considered = recorded is null ? null : new ConsideredPoints(recorded.Count, recorded.FirstSequence, recorded.LastSequence),
        };
        if (recorded?.KnownUntil is not { } known
            || await points.FindLowestAsync(coin, from, until, byConsensus, recorded.LastPointId, cancellationToken) is not { } lowest)
        {
            return new Finding.NotMet(policy, "No consensus on the price has been recorded since the policy began.", basis);
        }

        // Nobody knows what the price was after that, nor in a silence before it.
        var extent = $"while the policy was in force, in the points recorded until {Wording.Utc(known)}";
        var reason = byConsensus
            ? Text($"The consensus score of the price sources was never below {lowest.Consensus} {extent}.")
            : Text($"The peg ratio was never below {lowest.PegRatio} {extent}; the trigger is {rule.Parameters["trigger_price"]}.");
        return new Finding.NotMet(policy, reason, basis with { Points = [lowest] });
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
