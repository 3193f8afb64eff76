using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Leases;
using Sure.Coordination.Monitors;
using Sure.Coordination.Outbox;
using Sure.RiskService.Alerts;
using Sure.RiskService.Correlation;
using Sure.RiskService.Exposures;
using Sure.RiskService.ModelCheck;
using Sure.RiskService.Statistics;

namespace Sure.RiskService.Snapshots;

/// <summary>
/// Takes a snapshot of the book's risk and holds it against the limits. The snapshot, the forecast it makes, the alerts and the events that
/// tell of them are committed together.
/// </summary>
internal sealed class RiskMonitor(
    NpgsqlDataSource database,
    BookStore books,
    ExposureStore exposures,
    PegHistory pegs,
    BookSimulation simulation,
    RiskMeasurement measurement,
    IOptions<MonitoringOptions> monitoring,
    IOptions<SnapshotOptions> kept,
    RiskTelemetry telemetry,
    TimeProvider time) : IMonitor
{
    private static readonly TimeSpan WaitForBook = TimeSpan.FromSeconds(1);

    public string Name => "risk-snapshot";

    public TimeSpan Interval => monitoring.Value.RiskInterval;

    public async Task RunOnceAsync(LeaseTerm term, CancellationToken cancellationToken)
    {
        var book = await WaitForBookAsync(cancellationToken);
        var correlation = await pegs.ReadAsync(cancellationToken);
        var losses = simulation.Of(book, cancellationToken);
        var exposure = await exposures.ReadNowAsync(cancellationToken);
        var now = time.GetUtcNow();
        var measured = measurement.Measure(book, losses, correlation, now);

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await term.GuardAsync(connection, transaction, cancellationToken);
        var lasting = await AlertStore.ReadLastingAsync(connection, transaction, cancellationToken);
        var changes = AlertLifecycle.Judge(lasting, measured.Readings, now);
        var snapshot = measured.Snapshot with { Alerts = AlertLifecycle.After(lasting, changes) };
        await AlertStore.WriteAsync(connection, transaction, changes, now, cancellationToken);
        await SnapshotStore.WriteAsync(connection, transaction, snapshot, cancellationToken);
        await ForecastStore.WriteAsync(connection, transaction, snapshot, cancellationToken);
        // Neither an alert nor a loss has a time in its key, which a partitioned table would need.
        await AlertStore.ForgetAsync(connection, transaction, kept.Value.AlertStatisticsRetention, now, cancellationToken);
        await ForecastStore.ForgetAsync(connection, transaction, kept.Value.ForecastRetention, now, cancellationToken);
        var alerts = await AlertStore.ReadLatestAsync(connection, transaction, cancellationToken);
        var told = changes.Select(c => Tell(c, now)).OfType<IPlatformEvent>().ToList();
        await AlertStatistics.KeepAsync(told, connection, transaction, cancellationToken);
        await connection.AppendEventsAsync(
            transaction,
            [
                new RiskSnapshotTaken(
                    Guid.CreateVersion7(now),
                    now,
                    snapshot.AsOf,
                    snapshot.WorstStress.Scenario,
                    Math.Max(0, snapshot.WorstStress.LossUsd),
                    snapshot.Correlation.Regime,
                    alerts,
                    exposure?.Top),
                .. told,
            ],
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        telemetry.Taken(snapshot, changes, Interval);
    }

    /// <summary>A service that has just started measures the book as soon as it knows it, not a cycle later.</summary>
    private async Task<RiskBook> WaitForBookAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(WaitForBook, time);
        RiskBook? book;
        while ((book = await books.ReadNowAsync(cancellationToken)) is null)
        {
            await timer.WaitForNextTickAsync(cancellationToken);
        }

        return book;
    }

    private static IPlatformEvent? Tell(AlertChange change, DateTimeOffset now)
    {
        var id = Guid.CreateVersion7(now);
        var a = change.Alert;
        var type = a.AlertType.Word();
        return change switch
        {
            AlertChange.Raised => new RiskAlertRaised(id, now, a.AlertId, type, a.Subject, a.Severity, a.Message, a.CurrentValue, a.LimitValue),
            AlertChange.Escalated => new RiskAlertEscalated(id, now, a.AlertId, type, a.Subject, a.Severity, a.Message, a.CurrentValue, a.LimitValue),
            AlertChange.Cleared => new RiskAlertCleared(id, now, a.AlertId, type, a.Subject, a.Severity, a.Message, a.CurrentValue, a.LimitValue),
            _ => null,
        };
    }
}
