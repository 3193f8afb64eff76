using Microsoft.AspNetCore.Http.HttpResults;
using Sure.Contracts.Consensus;
using Sure.Contracts.MarketEvents;
using Sure.Contracts.Vocabulary;
using Sure.ServiceDefaults.Problems;
using Sure.UtilizationService.Claims.Rules;

namespace Sure.UtilizationService.Claims.Backtests;

/// <summary>Whether a request is something that can be back-tested.</summary>
internal static class BacktestChecks
{
    internal const int LongestText = 256;

    /// <summary>Of thousands of wrong observations the first few say enough.</summary>
    private const int MostFaults = 10;

    /// <summary>The back-test asked for, or why there is none.</summary>
    public static (Backtest? Backtest, ProblemHttpResult? Refusal) Check(BacktestRequest request, TriggerOptions triggers, BacktestOptions options)
    {
        if (WhyNotDecidedByPrices(request.CoverageType) is { } why)
        {
            return (null, Problem.NotAllowed("not-decided-by-prices", why, "coverage_type"));
        }

        if ((request.Event is null) == (request.Observations is null))
        {
            return (null, Problem.Malformed(request.Event is null ? "observations" : "event", "Give either event or observations."));
        }

        if (request.Observations?.Contains(null) is true)
        {
            return (null, Problem.Malformed("observations", "observations must not hold null."));
        }

        var stored = request.Event is { } name ? StoredEvents.Find(name) : null;
        if (request.Event is not null && stored is null)
        {
            if (StoredBridgeEvents.Find(request.Event) is { } exploit)
            {
                return (null, Problem.NotAllowed("event-without-prices", $"{exploit.Name} is an event of the bridge {exploit.BridgeId}, of which no prices are stored.", "event"));
            }

            return (null, Problem.Malformed("event", $"event must be one of {string.Join(", ", StoredEvents.All.Select(e => e.Name))}."));
        }

        IReadOnlyList<BacktestObservation> observations = stored is null
            ? [.. request.Observations!.OfType<BacktestObservation>()]
            : [.. stored.Prices.Select(p => new BacktestObservation(stored.Series, p.Price, p.ObservedAt))];
        var coin = stored?.Stablecoin ?? request.Stablecoin;
        var terms = request.CoverageType is CoverageType.Depeg ? TermsOf(request.Terms) : null;
        var faults = TermFaults(request, terms, options).Concat(SourceFaults(request, observations, options)).Concat(ObservationFaults(observations, coin, options)).ToList();
        if (stored is not null && request.Stablecoin is { } asked && asked != stored.Stablecoin)
        {
            faults.Add(("stablecoin", $"is {stored.Stablecoin.Word()} in {stored.Name}"));
        }

        var period = observations.Count > 0
            ? new CoverPeriod(request.StartsAt ?? observations.Min(o => o.ObservedAt), request.EndsAt ?? observations.Max(o => o.ObservedAt))
            : null;
        if (period is not null && period.StartsAt > period.EndsAt)
        {
            faults.Add((request.StartsAt is null ? "ends_at" : "starts_at", "must leave the cover a time: starts_at not after ends_at, both within the observations where they are left out"));
        }

        if (faults.Count > 0)
        {
            return (null, Problem.OutsideBounds(faults.DistinctBy(f => f.Field).Take(MostFaults).ToDictionary(f => f.Field, f => new[] { $"{f.Field} {f.Fault}." })));
        }

        var sources = request.MinSources ?? (observations.DistinctBy(o => o.Source).Count() == 1 ? 1 : triggers.MinSources);
        return (new Backtest(request.CoverageType, coin, terms, period!, sources, observations), null);
    }

    private static string? WhyNotDecidedByPrices(CoverageType type) => type switch
    {
        CoverageType.Bridge => "bridge is decided by what is observed of bridges; back-test those at /api/v2/bridge-health/backtest.",
        CoverageType.SmartContract => "smart_contract is decided by people, from an incident that two operators confirm; there is nothing to back-test.",
        _ => null,
    };

    private static PolicyTerms TermsOf(BacktestTerms? chosen) => new(
        chosen?.TriggerPrice ?? PolicyTerms.DepegDefault.TriggerPrice,
        chosen?.FloorPrice ?? PolicyTerms.DepegDefault.FloorPrice,
        chosen?.DwellHours ?? PolicyTerms.DepegDefault.DwellHours);

    private static IEnumerable<(string Field, string Fault)> TermFaults(BacktestRequest request, PolicyTerms? terms, BacktestOptions options) =>
        terms is not null
            ? options.Terms.Faults(terms).Select(f => ($"terms.{f.Field}", f.Fault))
            : request.Terms is not null ? [("terms", "can be chosen for depeg only")] : [];

    private static IEnumerable<(string Field, string Fault)> SourceFaults(
        BacktestRequest request, IReadOnlyList<BacktestObservation> observations, BacktestOptions options)
    {
        if (request.MinSources is not null && request.CoverageType is CoverageType.Oracle)
        {
            yield return ("min_sources", "cannot be chosen for oracle, which takes three or more");
        }
        else if (request.MinSources is { } least && (least < 1 || least > options.MostSources))
        {
            yield return ("min_sources", $"must be 1 … {options.MostSources}");
        }

        if (observations.DistinctBy(o => o.Source).Skip(options.MostSources).Any())
        {
            yield return ("observations", $"must be of at most {options.MostSources} sources");
        }
    }

    private static IEnumerable<(string Field, string Fault)> ObservationFaults(
        IReadOnlyList<BacktestObservation> observations, Stablecoin? coin, BacktestOptions options)
    {
        if (observations.Count == 0)
        {
            yield return ("observations", "must hold at least one");
        }
        else if (observations.Max(o => o.ObservedAt) - observations.Min(o => o.ObservedAt) > options.LongestSpan)
        {
            yield return ("observations", $"must span at most {options.LongestSpan.TotalDays:0} days");
        }

        var seen = new HashSet<(string, DateTimeOffset)>();
        foreach (var (observation, i) in observations.Select((o, i) => (o, i)))
        {
            if (observation.Source.Length is 0 or > LongestText)
            {
                yield return ($"observations[{i}].source", $"must have 1 … {LongestText} characters");
            }

            if (observation.Price <= 0 || observation.Price > options.GreatestPriceUsd)
            {
                yield return ($"observations[{i}].price", $"must be above 0 and at most {options.GreatestPriceUsd}");
            }

            if (observation.Nav is not null && coin?.IsYieldBearing() is not true)
            {
                yield return ($"observations[{i}].nav", "belongs to a stablecoin that bears yield, which must be named");
            }
            else if (observation.Nav is { } nav && (nav <= 0 || nav > options.GreatestPriceUsd))
            {
                yield return ($"observations[{i}].nav", $"must be above 0 and at most {options.GreatestPriceUsd}");
            }

            if (!BacktestTimes.Takes(observation.ObservedAt))
            {
                yield return ($"observations[{i}].observed_at", BacktestTimes.Fault);
            }

            if (!seen.Add((observation.Source, observation.ObservedAt)))
            {
                yield return ($"observations[{i}].observed_at", "is that of another observation of the same source");
            }
        }
    }
}
