using Dapper;
using Npgsql;
using Sure.UtilizationService.Capital;
using Sure.UtilizationService.Pool;

namespace Sure.UtilizationService.Premiums;

/// <summary>
/// The pool as <see cref="PremiumBooking"/> would leave it, for who only reads. What premiums have earned is a sum over every active policy, and
/// everybody who holds shares may ask: while the pool stays the same it is made once a second, and one at a time.
/// </summary>
internal sealed class ForeseenPremium : IDisposable
{
    /// <summary>Premium is earned by the second.</summary>
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private Sum? _last;

    /// <summary>The position as a booking at <paramref name="now"/> or within a second of it would leave it; nothing is written.</summary>
    public async Task<PoolPosition> ForeseeAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, PoolSnapshot pool, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (PremiumBooking.IsBooked(pool, now))
        {
            return pool.Position;
        }

        var sum = await SumAsync(connection, transaction, pool, now, cancellationToken);
        return PremiumBooking.Foresee(sum.EarnedUsd, pool, sum.At);
    }

    public void Dispose() => _turn.Dispose();

    private async Task<Sum> SumAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, PoolSnapshot pool, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            // A booking moves the one, whatever else concerns a policy the other.
            if (_last is { } last && last.BookedAt == pool.PremiumBookedAt && last.Version == pool.Version && (now - last.At).Duration() < Life)
            {
                return last;
            }

            var earned = await connection.ExecuteScalarAsync<decimal>(new CommandDefinition(
                PremiumBooking.EarnedSql, new { Now = now.ToUniversalTime() }, transaction, cancellationToken: cancellationToken));
            return _last = new Sum(pool.Version, pool.PremiumBookedAt, now, earned);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>What premiums had earned and nobody had booked.</summary>
    /// <param name="Version">Of the pool.</param>
    /// <param name="BookedAt">Up to when it was booked.</param>
    /// <param name="At">Up to when it was earned.</param>
    /// <param name="EarnedUsd">≥ 0.</param>
    private sealed record Sum(long Version, DateTimeOffset? BookedAt, DateTimeOffset At, decimal EarnedUsd);
}
