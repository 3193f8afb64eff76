using System.Diagnostics.Metrics;
using Sure.BridgeService.Bridges;
using Sure.BridgeService.Prices;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Telemetry;

namespace Sure.BridgeService;

/// <summary>What is measured of bridges and prices, on the leading instance. What is not known is not told, never told as 0; that it is not known is.</summary>
internal sealed class BridgeTelemetry
{
    /// <summary>An instance that has made nothing for so many cycles does not lead any more, or its figures are none.</summary>
    private const int CyclesTold = 3;

    private readonly RenewedFigures<Cycle> _cycle;
    private readonly Counter<long> _raised;
    private readonly Counter<long> _exploits;

    public BridgeTelemetry(IMeterFactory meters, TimeProvider time)
    {
        _cycle = new RenewedFigures<Cycle>(time);
        var meter = meters.Create("Sure.Bridges");
        _raised = meter.CreateCounter<long>("sure.bridge.alerts.raised", "{alert}", "Alerts of bridges that began, by severity.");
        _exploits = meter.CreateCounter<long>("sure.bridge.exploits.detected", "{exploit}", "Exploits of bridges that were detected.");
        foreach (var severity in Words<Severity>.Members)
        {
            _raised.Add(0, Tag(severity));
        }

        _exploits.Add(0);
        Observe("sure.bridge.health", "1", "Health score of a bridge, 0 … 1.", c => c.Bridges.Select(b => Told(b.HealthScore, Tag("sure.bridge", b.BridgeId))));
        Observe("sure.bridge.known", "1", "Whether anything is known of a bridge, without which its cover is not sold: 1 or 0.", c => c.Bridges.Select(
            b => Told(b.HealthScore is null ? 0 : 1, Tag("sure.bridge", b.BridgeId))));
        Observe("sure.bridge.tvl", "{usd}", "Value locked of a bridge in USD.", c => c.Bridges.Select(b => Told(b.TvlUsd, Tag("sure.bridge", b.BridgeId))));
        Observe("sure.bridge.alerts.active", "{alert}", "Alerts of bridges that last, by severity.", c => Words<Severity>.Members.Select(
            s => Told(c.Bridges.Sum(b => b.ActiveAlerts.Count(a => a.Severity == s)), Tag(s))));
        Observe("sure.bridge.exploits.active", "{exploit}", "Bridges whose exploit latch is set.", c => [Told(c.Bridges.Count(b => b.ExploitDetected))]);
        Observe("sure.price.peg_ratio", "1", "Median price of a coin over its reference.", c => c.Prices.Select(
            p => Told(p.PegRatio, Tag("sure.stablecoin", p.Stablecoin.Word()))));
        Observe("sure.price.known", "1", "Whether a coin's price is known, without which its cover is not sold: 1 or 0.", c => c.Prices.Select(
            p => Told(p.IsKnown ? 1 : 0, Tag("sure.stablecoin", p.Stablecoin.Word()))));
        Observe("sure.price.sources", "{source}", "Live sources of a coin's price.", c => c.Prices.Select(
            p => Told(p.LiveSources, Tag("sure.stablecoin", p.Stablecoin.Word()))));

        void Observe(string name, string unit, string description, Func<Cycle, IEnumerable<Measurement<double>?>> figures) => meter.CreateObservableGauge(
            name, () => _cycle.Current is { } cycle ? figures(cycle).OfType<Measurement<double>>() : [], unit, description);

        static Measurement<double>? Told(decimal? value, params ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            value is { } known ? new Measurement<double>((double)known, tags) : null;
    }

    /// <summary>A cycle was kept.</summary>
    public void Made(IReadOnlyCollection<BridgeAssessment> bridges, IReadOnlyCollection<PriceReport> prices, TimeSpan interval)
    {
        _cycle.Tell(new Cycle([.. bridges.Select(b => b.Report)], prices), CyclesTold * interval);
        foreach (var told in bridges.SelectMany(b => b.Events))
        {
            switch (told)
            {
                case BridgeAlertRaised alert:
                    _raised.Add(1, Tag(alert.Severity));
                    break;
                case ExploitDetected:
                    _exploits.Add(1);
                    break;
                default:
                    break;
            }
        }
    }

    private static KeyValuePair<string, object?> Tag(Severity severity) => Tag("sure.severity", severity.Word());

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private sealed record Cycle(IReadOnlyCollection<BridgeReport> Bridges, IReadOnlyCollection<PriceReport> Prices);
}
