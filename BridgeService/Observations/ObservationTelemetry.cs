using System.Diagnostics.Metrics;
using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.Observations;

/// <summary>What is measured of posted observations.</summary>
internal static class ObservationTelemetry
{
    private static readonly Meter Meter = new("Sure.Observations");

    private static readonly Counter<long> Received =
        Meter.CreateCounter<long>("sure.observations.received", "{observation}", "Observations that keepers posted, by what became of them.");

    public static void Count(IReadOnlyCollection<ObservationResult> results)
    {
        foreach (var status in results.CountBy(r => r.Status))
        {
            Received.Add(status.Value, new KeyValuePair<string, object?>("sure.status", status.Key.Word()));
        }
    }
}
