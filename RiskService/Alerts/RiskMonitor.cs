using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Leases;
using Sure.Coordination.Monitors;
using Sure.Coordination.Outbox;
using Sure.RiskService.Exposures;

namespace Sure.RiskService.Alerts;

/// <summary>Holds the book against its limits; alerts and the events that tell of them are committed together.</summary>
internal sealed class RiskMonitor(
    NpgsqlDataSource database,
    ExposureStore exposures,
    IOptions<LimitOptions> limits,
    IOptions<MonitoringOptions> monitoring,
    TimeProvider time) : IMonitor
{
    public string Name => "risk-limits";

    public TimeSpan Interval => monitoring.Value.RiskInterval;

    public async Task RunOnceAsync(LeaseTerm term, CancellationToken cancellationToken)
    {
        if (await exposures.ReadAsync(cancellationToken) is not { } exposure)
        {
            return;
        }

        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await term.GuardAsync(connection, transaction, cancellationToken);
        var lasting = await AlertStore.ReadLastingAsync(connection, transaction, cancellationToken);
        var changes = AlertLifecycle.Judge(lasting, Reading.Of(exposure, limits.Value), limits.Value, now);
        await AlertStore.WriteAsync(connection, transaction, changes, now, cancellationToken);
        await connection.AppendEventsAsync(transaction, [.. changes.Select(c => Tell(c, now)).OfType<IPlatformEvent>()], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
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
