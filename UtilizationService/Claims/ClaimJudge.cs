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
        Finding? last = null;
        var (count, first, latest) = (0L, 0L, 0L);
        foreach (var (from, to) in await points.FindTroubleAsync(coin, period.StartsAt, period.EndsAt, ratio, consensus, Apart, cancellationToken))
        {
            var judgement = rule.Begin(period);
            // Until past the end of the span, so that the point that ends a run is among them.
            await foreach (var point in points.ReadSpanAsync(coin, from, to + Apart, cancellationToken))
            {
                Take(point);
                if (judgement.IsFinal)
                {
                    break;
                }
            }

            if (judgement.Verdict is Verdict.Running && await points.FindNextAsync(coin, to + Apart, cancellationToken) is { } next)
            {
                // Nothing was said in all of the span that could end the run; whatever is said after it does.
                Take(next);
            }

            last = Finding.Of(policy, rule, judgement.Verdict, new ConsideredPoints(count, first, latest));
            if (last is Finding.Met)
            {
                return last;
            }

            void Take(ConsensusPoint point)
            {
                judgement.Take(point);
                (count, first, latest) = (count + 1, count == 0 ? point.Sequence : first, point.Sequence);
            }
        }

        return last ?? await NeverInTroubleAsync(policy, rule, byConsensus, cancellationToken);
    }

    private async Task<Finding> NeverInTroubleAsync(Policy policy, PriceRule rule, bool byConsensus, CancellationToken cancellationToken)
    {
        var until = policy.EndsAt < time.GetUtcNow() ? policy.EndsAt : time.GetUtcNow();
        var lowest = await points.FindLowestAsync(policy.Product.Stablecoin, policy.StartsAt, until, byConsensus, cancellationToken);
        var reason = (lowest, byConsensus) switch
        {
            (null, _) => "No consensus on the price has been recorded since the policy began.",
            (_, true) => Text($"The consensus score of the price sources was never below {lowest.Consensus} while the policy was in force."),
            _ => Text($"The peg ratio was never below {lowest.PegRatio} while the policy was in force; the trigger is {rule.Parameters["trigger_price"]}."),
        };
        return new Finding.NotMet(policy, reason, new DecisionBasis(rule.Name, rule.Parameters) { Points = lowest is null ? [] : [lowest] });
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
