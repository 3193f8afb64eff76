using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Contracts.Events;
using Sure.Coordination.Leases;
using Sure.Coordination.Monitors;
using Sure.Coordination.Outbox;
using Sure.Coordination.Writing;
using Sure.UtilizationService.Incidents;
using Sure.UtilizationService.Pool;
using Sure.UtilizationService.Premiums;

namespace Sure.UtilizationService.Policies;

/// <summary>Ends policies whose time is over: their coverage is released and the last of their premium is earned.</summary>
internal sealed class ExpiryMonitor(
    NpgsqlDataSource database, IOptions<MonitoringOptions> options, IOptions<IncidentOptions> incidents, TimeProvider time) : IMonitor
{
    /// <summary>Policies ended under one lock; buyers wait no longer than that takes.</summary>
    private const int Batch = 500;

    public string Name => "policy-expiry";

    public TimeSpan Interval => options.Value.ExpiryInterval;

    public async Task RunOnceAsync(LeaseTerm term, CancellationToken cancellationToken)
    {
        while (await ExpireAsync(term, cancellationToken) == Batch)
        {
            // More are waiting.
        }
    }

    private async Task<int> ExpireAsync(LeaseTerm term, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await term.GuardAsync(connection, transaction, cancellationToken);
        if (!await PolicyStore.AnyEndedAsync(connection, transaction, time.GetUtcNow(), incidents.Value, cancellationToken))
        {
            return 0;
        }

        var pool = await PoolStore.LockAsync(connection, transaction, cancellationToken);
        var now = time.GetUtcNow();
        await PremiumBooking.BookAsync(connection, transaction, pool, now, cancellationToken);
        // Not later than what has just been booked, so that every ended policy has earned all of its premium.
        var booked = pool.PremiumBookedAt is { } before && now - before < TimeSpan.FromSeconds(1) ? before : now;
        var ended = await PolicyStore.ExpireAsync(connection, transaction, booked, incidents.Value, Batch, cancellationToken);
        if (ended.Count > 0)
        {
            var batch = new WriteBatch(connection, transaction);
            PoolStore.MoveCoverage(batch, [.. ended.Select(p => p.ToMove().Released())]);
            batch.AppendEvents(
            [
                .. ended.Select(p => new PolicyExpired(
                    Guid.CreateVersion7(now), now, p.PolicyId, p.Product.CoverageType, p.Product.Chain, p.Product.Stablecoin, p.CoverageUsd)),
            ]);
            await batch.ExecuteAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return ended.Count;
    }
}
