using System.Diagnostics.Metrics;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Telemetry;
using Sure.RiskService.Alerts;
using Sure.RiskService.Snapshots;

namespace Sure.RiskService;

/// <summary>What is measured of the book's risk, on the leading instance. Amounts are in USD.</summary>
internal sealed class RiskTelemetry
{
    /// <summary>An instance that has taken no snapshot for so many cycles does not lead any more, or its figures are none.</summary>
    private const int CyclesTold = 3;

    private readonly RenewedFigures<RiskSnapshot> _snapshot;
    private readonly Counter<long> _changes;

    public RiskTelemetry(IMeterFactory meters, TimeProvider time)
    {
        _snapshot = new RenewedFigures<RiskSnapshot>(time);
        var meter = meters.Create("Sure.Risk");
        _changes = meter.CreateCounter<long>("sure.risk.alerts.changed", "{alert}", "Risk alerts that were raised, escalated or cleared, by type and severity.");
        foreach (var type in Words<AlertType>.Members)
        {
            _changes.Add(0, Tag(type), Tag(Severity.High), Change("raised"));
            _changes.Add(0, Tag(type), Tag(Severity.Critical), Change("raised"));
        }

        Observe("sure.risk.alerts.active", "{alert}", "Risk alerts that last, by type and severity.", s =>
            from type in Words<AlertType>.Members
            from severity in new[] { Severity.High, Severity.Critical }
            select new Measurement<double>(s.Alerts.Count(a => a.AlertType == type && a.Severity == severity), Tag(type), Tag(severity)));
        Observe("sure.risk.loss", "{usd}", "Simulated loss of the book, by measure and horizon in days.", s =>
            from horizon in s.Horizons
            from measure in new (string Name, decimal Value)[]
            {
                ("expected", horizon.ExpectedLoss.Value), ("var_95", horizon.Var95.Value), ("var_99", horizon.Var99.Value),
                ("var_99_5", horizon.Var995.Value), ("cvar_95", horizon.Cvar95.Value), ("cvar_99", horizon.Cvar99.Value),
            }
            select new Measurement<double>(
                (double)measure.Value, new("sure.risk.measure", measure.Name), new KeyValuePair<string, object?>("sure.risk.horizon", horizon.Days)));
        Observe("sure.risk.stress.loss", "{usd}", "What a stress scenario costs, by scenario.", s =>
            s.Stress.Select(t => new Measurement<double>((double)t.LossUsd, new KeyValuePair<string, object?>("sure.risk.scenario", t.Scenario))));
        Observe("sure.risk.concentration", "1", "Coverage over capital by stablecoin.", s => s.Concentrations.Stablecoin
            .Where(c => c.OfCapital is not null)
            .Select(c => new Measurement<double>((double)c.OfCapital!, new KeyValuePair<string, object?>("sure.stablecoin", c.Stablecoin.Word()))));
        Observe("sure.risk.book.age", "s", "Age of the book the last snapshot rests on.", s =>
            [new Measurement<double>((time.GetUtcNow() - s.AsOf).TotalSeconds)]);

        void Observe(string name, string unit, string description, Func<RiskSnapshot, IEnumerable<Measurement<double>>> figures) =>
            meter.CreateObservableGauge(name, () => _snapshot.Current is { } snapshot ? figures(snapshot) : [], unit, description);
    }

    /// <summary>A snapshot was taken.</summary>
    public void Taken(RiskSnapshot snapshot, IReadOnlyCollection<AlertChange> changes, TimeSpan interval)
    {
        _snapshot.Tell(snapshot, CyclesTold * interval);
        foreach (var change in changes)
        {
            var word = change switch
            {
                AlertChange.Raised => "raised",
                AlertChange.Escalated => "escalated",
                AlertChange.Cleared => "cleared",
                _ => null,
            };
            if (word is not null)
            {
                _changes.Add(1, Tag(change.Alert.AlertType), Tag(change.Alert.Severity), Change(word));
            }
        }
    }

    private static KeyValuePair<string, object?> Tag(AlertType type) => new("sure.alert_type", type.Word());

    private static KeyValuePair<string, object?> Tag(Severity severity) => new("sure.severity", severity.Word());

    private static KeyValuePair<string, object?> Change(string word) => new("sure.change", word);
}
