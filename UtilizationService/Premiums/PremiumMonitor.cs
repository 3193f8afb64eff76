using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Coordination.Leases;
using Sure.Coordination.Monitors;
using Sure.UtilizationService.Capital;
using Sure.UtilizationService.Pool;

namespace Sure.UtilizationService.Premiums;

/// <summary>Books earned premium when no movement of capital has made it necessary.</summary>
internal sealed class PremiumMonitor(NpgsqlDataSource database, IOptions<CapitalOptions> options, TimeProvider time) : IMonitor
{
    public string Name => "premium-earning";

    public TimeSpan Interval => options.Value.PremiumBookingInterval;

    public async Task RunOnceAsync(LeaseTerm term, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await term.GuardAsync(connection, transaction, cancellationToken);
        var pool = await PoolStore.LockAsync(connection, transaction, cancellationToken);
        await PremiumBooking.BookAsync(connection, transaction, pool, time.GetUtcNow(), cancellationToken);
        await PoolStore.TouchAsync(connection, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
