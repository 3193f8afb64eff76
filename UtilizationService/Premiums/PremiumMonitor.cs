using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Coordination.Leases;
using Sure.Coordination.Monitors;
using Sure.UtilizationService.Capital;
using Sure.UtilizationService.Pool;

namespace Sure.UtilizationService.Premiums;

/// <summary>
/// Books earned premium when no movement of capital has made it necessary, and soon when one would have had to wait for it for too long.
/// </summary>
internal sealed class PremiumMonitor(NpgsqlDataSource database, IOptions<CapitalOptions> options, TimeProvider time) : IMonitor
{
    /// <summary>Within this a booking begins that is wanted, or begins again that failed.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Who waits for the lock gets it in turn; this one goes on waiting when others would give up, or capital would stand still.</summary>
    private static readonly TimeSpan LockLimit = TimeSpan.FromMinutes(5);

    private (LeaseTerm Term, long At)? _booked;

    public string Name => "premium-earning";

    public TimeSpan Interval => LongestPause;

    public async Task RunOnceAsync(LeaseTerm term, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (!IsDue(term) && !await IsWantedAsync(connection, cancellationToken))
        {
            return;
        }

        var beganAt = time.GetTimestamp();
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await term.GuardAsync(connection, transaction, cancellationToken);
        var pool = await PoolStore.LockAsync(connection, transaction, cancellationToken, LockLimit);
        await PremiumBooking.BookAsync(connection, transaction, pool, time.GetUtcNow(), cancellationToken);
        await PoolStore.TouchAsync(connection, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        _booked = (term, beganAt);
    }

    private bool IsDue(LeaseTerm term) =>
        _booked is not { } last || last.Term != term || time.GetElapsedTime(last.At) >= options.Value.PremiumBookingInterval;

    private static Task<bool> IsWantedAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.ExecuteScalarAsync<bool>(new CommandDefinition("SELECT booking_wanted FROM pool", cancellationToken: cancellationToken));
}
