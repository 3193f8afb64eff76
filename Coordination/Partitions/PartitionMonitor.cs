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
        await InTermAsync(keeper.MakeAheadAsync);
        // Apart from it: who cannot drop what is old shall still have partitions for what is new.
        await InTermAsync(keeper.DropOldAsync);

        async Task InTermAsync(Func<NpgsqlConnection, NpgsqlTransaction, DateTimeOffset, CancellationToken, Task> work)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await term.GuardAsync(connection, transaction, cancellationToken);
            await work(connection, transaction, now, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }
}
