using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Coordination.Leases;
using Sure.Coordination.Monitors;

namespace Sure.Coordination.Partitions;

/// <summary>Keeps the partitions of a service that runs; those of one that starts are made with its schema.</summary>
internal sealed class PartitionMonitor(
    NpgsqlDataSource database, PartitionKeeper keeper, IOptions<MonitoringOptions> monitoring, TimeProvider time) : IMonitor
{
    public string Name => "partitions";

    public TimeSpan Interval => monitoring.Value.PartitionInterval;

    public async Task RunOnceAsync(LeaseTerm term, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await InTermAsync(transaction => keeper.MakeAheadAsync(connection, transaction, now, cancellationToken));
        // Apart from it: who cannot drop what is old shall still have partitions for what is new. And each table by itself: nobody shall wait
        // for one whose partition was dropped while others are looked through.
        foreach (var table in keeper.Tables)
        {
            await InTermAsync(transaction => PartitionKeeper.DropOldAsync(connection, transaction, table, now, cancellationToken));
        }

        async Task InTermAsync(Func<NpgsqlTransaction, Task> work)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await term.GuardAsync(connection, transaction, cancellationToken);
            await work(transaction);
            await transaction.CommitAsync(cancellationToken);
        }
    }
}
