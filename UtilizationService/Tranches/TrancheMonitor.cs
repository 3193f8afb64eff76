using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Contracts.Events;
using Sure.Coordination.Leases;
using Sure.Coordination.Monitors;
using Sure.Coordination.Outbox;
using Sure.Coordination.Telemetry;
using Sure.Coordination.Writing;
using Sure.UtilizationService.Capital;
using Sure.UtilizationService.Pool;

namespace Sure.UtilizationService.Tranches;

/// <summary>
/// Tells the figures of the tranches at <c>Monitoring:TrancheApyInterval</c>, and within a second of a change: many changes within one
/// look are told once. What is told is kept as the tranches' history.
/// </summary>
internal sealed class TrancheMonitor(
    NpgsqlDataSource database,
    PoolStore store,
    TrancheReport report,
    IOptions<CapitalOptions> capital,
    IOptions<MonitoringOptions> monitoring,
    UtilizationTelemetry telemetry,
    TimeProvider time) : IMonitor
{
    private long? _toldVersion;
    private long? _toldPosition;
    private long _toldAt;

    public string Name => "tranche-figures";

    /// <summary>How often it looks for a change; half of the second within which a change is to be told.</summary>
    public TimeSpan Interval => TimeSpan.FromMilliseconds(500);

    public async Task RunOnceAsync(LeaseTerm term, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var version = await connection.ExecuteScalarAsync<long>(new CommandDefinition("SELECT version FROM pool", cancellationToken: cancellationToken));
        if (version == _toldVersion && time.GetElapsedTime(_toldAt) < monitoring.Value.TrancheApyInterval)
        {
            telemetry.Unchanged();
            return;
        }

        var now = time.GetUtcNow();
        var snapshot = await store.ReadAsync(cancellationToken);
        var figures = await report.ReadAsync(snapshot.Position, now, cancellationToken);
        var prices = await report.ReadSharePricesAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await term.GuardAsync(connection, transaction, cancellationToken);
        var batch = new WriteBatch(connection, transaction);
        // One message tells of all the changes since the last: it goes on with the trace of the first and is linked with the others'.
        var (position, causes) = await connection.ReadCausesAsync(_toldPosition, nameof(TrancheUtilizationChanged), cancellationToken);
        var changed = new TrancheUtilizationChanged(Guid.CreateVersion7(now), now, figures, TrancheReport.Figures(snapshot.Position, capital.Value));
        batch.AppendEvent(changed, [.. causes, Causes.Current]);
        TrancheHistory.Write(batch, figures, prices, now);
        await batch.ExecuteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        telemetry.Tell(snapshot, changed);
        _toldVersion = snapshot.Version;
        _toldPosition = position;
        _toldAt = time.GetTimestamp();
    }
}
