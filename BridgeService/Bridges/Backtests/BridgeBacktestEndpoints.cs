using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Sure.BridgeService.Observations;
using Sure.Contracts.Consensus;
using Sure.ServiceDefaults.Description;
using Sure.ServiceDefaults.Problems;

namespace Sure.BridgeService.Bridges.Backtests;

/// <summary>Asking what the monitor would have made of a bridge.</summary>
internal static class BridgeBacktestEndpoints
{
    private const int LargestBody = 1024 * 1024;
    internal const int LongestName = 256;

    /// <summary>Of thousands of wrong observations the first few say enough.</summary>
    private const int MostFaults = 10;

    public static void MapBridgeBacktests(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/api/v2/bridge-health/backtest", Run).WithMetadata(new RequestSizeLimitAttribute(LargestBody)).WithTags("Bridges")
            .WithName("BacktestBridge").WithSummary("Score, alerts and exploit flags over a series of observations of a bridge.")
            .WithExample(new BridgeBacktestRequest(
            [
                new BridgeBacktestObservation("explorer", 100_000_000m, DateTimeOffset.FromUnixTimeSeconds(1_688_600_000)),
                new BridgeBacktestObservation("explorer", 40_000_000m, DateTimeOffset.FromUnixTimeSeconds(1_688_603_600), Paused: true),
            ]));

    private static Results<Ok<BridgeBacktestAnswer>, ProblemHttpResult> Run(
        BridgeBacktestRequest request, IOptions<BridgeOptions> rules, IOptions<BridgeBacktestOptions> options, IOptions<IngestionOptions> limits)
    {
        var observations = request.Observations.OfType<BridgeBacktestObservation>().ToList();
        if (observations.Count < request.Observations.Count)
        {
            return Problem.Malformed("observations", "observations must not hold null.");
        }

        var faults = SeriesFaults(observations, options.Value).Concat(ObservationFaults(observations, limits.Value)).Take(MostFaults).ToList();
        return faults.Count == 0
            ? TypedResults.Ok(BridgeBacktest.Run(observations, rules.Value, options.Value))
            : Problem.OutsideBounds(faults.DistinctBy(f => f.Field).ToDictionary(f => f.Field, f => new[] { $"{f.Field} {f.Fault}." }, StringComparer.Ordinal));
    }

    private static IEnumerable<(string Field, string Fault)> SeriesFaults(List<BridgeBacktestObservation> observations, BridgeBacktestOptions options)
    {
        if (observations.Count == 0)
        {
            yield return ("observations", "must hold at least one");
        }
        else if (observations.Max(o => o.ObservedAt) - observations.Min(o => o.ObservedAt) > options.LongestSpan)
        {
            yield return ("observations", $"must span at most {options.LongestSpan.TotalDays:0.##} days");
        }
        else if (observations.DistinctBy(o => o.Source).Skip(options.MostSources).Any())
        {
            yield return ("observations", $"must be of at most {options.MostSources} sources");
        }
    }

    private static IEnumerable<(string Field, string Fault)> ObservationFaults(List<BridgeBacktestObservation> observations, IngestionOptions limits)
    {
        var seen = new HashSet<(string, DateTimeOffset)>();
        foreach (var (i, observation) in observations.Index())
        {
            if (observation.Source.Length is 0 or > LongestName)
            {
                yield return ($"observations[{i}].source", $"must have 1 … {LongestName} characters");
            }

            if (observation.TvlUsd < 0 || observation.TvlUsd > limits.GreatestTvlUsd)
            {
                yield return ($"observations[{i}].tvl_usd", $"must be 0 … {limits.GreatestTvlUsd}");
            }

            if (!BacktestTimes.Takes(observation.ObservedAt))
            {
                yield return ($"observations[{i}].observed_at", BacktestTimes.Fault);
            }

            var (tried, succeeded) = (observation.TransactionsTried, observation.TransactionsSucceeded);
            if ((tried is null) != (succeeded is null) || tried < 0 || succeeded < 0 || succeeded > tried)
            {
                yield return ($"observations[{i}].transactions_succeeded", "must be 0 … transactions_tried, both or neither given");
            }

            if (!seen.Add((observation.Source, observation.ObservedAt)))
            {
                yield return ($"observations[{i}].observed_at", "is that of another observation of the same source");
            }
        }
    }
}
