using System.Diagnostics.Metrics;
using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.SourceQuality;

/// <summary>What is measured of sources, on the leading instance.</summary>
internal static class SourceTelemetry
{
    private static readonly Meter Meter = new("Sure.Sources");

    private static readonly Gauge<double> Age = Meter.CreateGauge<double>("sure.source.age", "s", "Age of the last word of a source.");

    private static readonly Gauge<double> Disagreement =
        Meter.CreateGauge<double>("sure.source.disagreement", "1", "Distance of a live source from what the live sources agree on, as a fraction of that.");

    private static readonly Counter<long> Gaps = Meter.CreateCounter<long>("sure.source.gaps", "{gap}", "How often a source ceased to be live.");

    public static void Record(IReadOnlyCollection<SeriesLook> looks)
    {
        foreach (var look in looks)
        {
            KeyValuePair<string, object?>[] tags =
            [
                new("sure.source", look.Series.Source), new("sure.kind", look.Series.Kind.Word()), new("sure.subject", look.Series.Subject),
            ];
            Age.Record(look.Age.TotalSeconds, tags);
            if (look.Disagreement is { } off)
            {
                Disagreement.Record(off, tags);
            }

            // It is 0 before the first one, or no increase of it would be seen.
            Gaps.Add(look.GapBegan ? 1 : 0, tags);
        }
    }
}
