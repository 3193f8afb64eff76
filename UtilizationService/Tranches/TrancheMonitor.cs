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
/// look are told once. What is told is kept as the tranches' history, but no more often than every ten seconds: of what was told meanwhile
/// the last.
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
    /// <summary>Sales can change the figures at every look, and histories go back for years; charts show hours and more.</summary>
    private static readonly TimeSpan HistoryInterval = TimeSpan.FromSeconds(10);

    private long? _toldVersion;
    private long? _toldPosition;
    private long _toldAt;
    private TrancheMoment? _unkept;
    private long? _keptAt;

    public string Name => "tranche-figures";

    /// <summary>How often it looks for a change; half of the second within which a change is to be told.</summary>
    public TimeSpan Interval => TimeSpan.FromMilliseconds(500);

    private bool IsHistoryDue => _keptAt is not { } at || time.GetElapsedTime(at) >= HistoryInterval;

    public async Task RunOnceAsync(LeaseTerm term, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var version = await connection.ExecuteScalarAsync<long>(new CommandDefinition("SELECT version FROM pool", cancellationToken: cancellationToken));
        if (version == _toldVersion && time.GetElapsedTime(_toldAt) < monitoring.Value.TrancheApyInterval)
        {
            if (_unkept is { } unkept && IsHistoryDue)
            {
                await KeepAsync(connection, unkept, term, cancellationToken);
            }

            telemetry.Unchanged();
            return;
        }

        var now = time.GetUtcNow();
        var snapshot = await store.ReadAsync(cancellationToken);
        var figures = await report.ReadAsync(snapshot.Position, now, cancellationToken);
        var moment = new TrancheMoment(now, figures, await report.ReadSharePricesAsync(cancellationToken));
        var keeps = IsHistoryDue;
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await term.GuardAsync(connection, transaction, cancellationToken);
        var batch = new WriteBatch(connection, transaction);
        // One message tells of all the changes since the last: it goes on with the trace of the first and is linked with the others'.
        var (position, causes) = await connection.ReadCausesAsync(_toldPosition, nameof(TrancheUtilizationChanged), cancellationToken);
        var changed = new TrancheUtilizationChanged(Guid.CreateVersion7(now), now, figures, TrancheReport.Figures(snapshot.Position, capital.Value));
        batch.AppendEvent(changed, [.. causes, Causes.Current]);
        if (keeps)
        {
            TrancheHistory.Write(batch, moment);
        }

        await batch.ExecuteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        (_unkept, _keptAt) = keeps ? (null, time.GetTimestamp()) : (moment, _keptAt);
        telemetry.Tell(snapshot, changed);
        _toldVersion = snapshot.Version;
        _toldPosition = position;
        _toldAt = time.GetTimestamp();
    }

    private async Task KeepAsync(NpgsqlConnection connection, TrancheMoment moment, LeaseTerm term, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await term.GuardAsync(connection, transaction, cancellationToken);
        var batch = new WriteBatch(connection, transaction);
        TrancheHistory.Write(batch, moment);
        await batch.ExecuteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        (_unkept, _keptAt) = (null, time.GetTimestamp());
    }
}
