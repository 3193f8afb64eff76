using System.Diagnostics.Metrics;
using Dapper;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Sure.Coordination.Leases;

/// <summary>Lets one instance of a service do what must be done once: it leads while it renews its lease in PostgreSQL.</summary>
public sealed partial class Leadership(
    NpgsqlDataSource database,
    ServiceIdentity service,
    IOptions<LeaseOptions> options,
    IMeterFactory meters,
    TimeProvider time,
    ILogger<Leadership> logger)
{
    private readonly LeaseTelemetry _telemetry = new(meters);

    /// <summary>
    /// Runs <paramref name="body"/> whenever this instance leads <paramref name="name"/>, until <paramref name="cancellationToken"/>.
    /// The body's token is cancelled when the lease is lost or could not be renewed in time; a body that ends or fails is begun anew
    /// while the lease is held. At the end the lease is given back, so that another instance need not wait for it to expire.
    /// </summary>
    public async Task RunAsync(string name, Func<LeaseTerm, CancellationToken, Task> body, CancellationToken cancellationToken)
    {
        _telemetry.Wanted(name);
        try
        {
            while (true)
            {
                if (await TryAcquireAsync(name, cancellationToken) is { } term)
                {
                    await LeadAsync(term, body, cancellationToken);
                }

                await Task.Delay(options.Value.RenewInterval, time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await ReleaseAsync(name);
        }
    }

    private async Task LeadAsync(LeaseTerm term, Func<LeaseTerm, CancellationToken, Task> body, CancellationToken cancellationToken)
    {
        Log.Leading(logger, term.Name, term.Epoch);
        _telemetry.Acquired(term.Name);
        using var held = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var work = RepeatAsync(term, body, held.Token);
        var renewedAt = time.GetTimestamp();
        while (time.GetElapsedTime(renewedAt) < options.Value.Duration)
        {
            await Task.Delay(options.Value.RenewInterval, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested)
            {
                break;
            }

            var attemptAt = time.GetTimestamp();
            var outcome = await TryRenewAsync(term, cancellationToken);
            if (outcome is RenewOutcome.Lost)
            {
                break;
            }

            if (outcome is RenewOutcome.Renewed)
            {
                renewedAt = attemptAt;
            }
        }

        await held.CancelAsync();
        await work;
        _telemetry.Lost(term.Name);
        Log.NotLeading(logger, term.Name, term.Epoch);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task RepeatAsync(LeaseTerm term, Func<LeaseTerm, CancellationToken, Task> body, CancellationToken held)
    {
        while (!held.IsCancellationRequested)
        {
            try
            {
                await body(term, held);
            }
            catch (OperationCanceledException) when (held.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                Log.WorkFailed(logger, term.Name, exception);
            }

            await Task.Delay(options.Value.RenewInterval, time, held).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<LeaseTerm?> TryAcquireAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await TakeAsync(name, cancellationToken) is { } epoch ? new LeaseTerm(name, epoch) : null;
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            Log.LeaseUnreachable(logger, name, exception.Message);
            return null;
        }
    }

    private async Task<RenewOutcome> TryRenewAsync(LeaseTerm term, CancellationToken cancellationToken)
    {
        try
        {
            return await RenewAsync(term, cancellationToken) ? RenewOutcome.Renewed : RenewOutcome.Lost;
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            Log.LeaseUnreachable(logger, term.Name, exception.Message);
            return RenewOutcome.Unreachable;
        }
    }

    /// <summary>
    /// Takes a free or expired lease; null while it is held. The server's clock decides. A lease that ends later than any can was taken before
    /// that clock was set back, or by a server before this one whose clock was ahead: it is taken too, or one whose holder is dead would
    /// last for as long as that. A holder that lives learns of it when it renews. The lock FOR UPDATE waits for what the last leader has begun
    /// (<see cref="LeaseTerm.GuardAsync"/>), which the lock of an UPDATE of no key alone would not.
    /// </summary>
    private async Task<long?> TakeAsync(string name, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long?>(Command(
            """
            WITH expired AS (
                SELECT FROM lease
                WHERE name = @Name AND (expires_at < clock_timestamp() OR expires_at > clock_timestamp() + @LongestDuration) FOR UPDATE
            )
            INSERT INTO lease (name, holder, epoch, expires_at)
            SELECT @Name, @Holder, 1, clock_timestamp() + @Duration FROM (SELECT count(*) FROM expired) AS locked
            ON CONFLICT (name) DO UPDATE
            SET holder = excluded.holder, epoch = lease.epoch + 1, expires_at = clock_timestamp() + @Duration
            WHERE lease.expires_at < clock_timestamp() OR lease.expires_at > clock_timestamp() + @LongestDuration
            RETURNING epoch
            """,
            new { Name = name, Holder = service.Instance, options.Value.Duration, LeaseOptions.LongestDuration },
            cancellationToken));
    }

    /// <summary>Prolongs the lease, also while transactions of its term run; false when another instance has taken it.</summary>
    private async Task<bool> RenewAsync(LeaseTerm term, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Command(
            "UPDATE lease SET expires_at = clock_timestamp() + @Duration WHERE name = @Name AND epoch = @Epoch",
            new { term.Name, term.Epoch, options.Value.Duration },
            cancellationToken)) == 1;
    }

    private CommandDefinition Command(string sql, object parameters, CancellationToken cancellationToken) => new(
        sql, parameters, commandTimeout: (int)Math.Ceiling(options.Value.RenewInterval.TotalSeconds), cancellationToken: cancellationToken);

    private async Task ReleaseAsync(string name)
    {
        try
        {
            using var limit = new CancellationTokenSource(options.Value.RenewInterval, time);
            await using var connection = await database.OpenConnectionAsync(limit.Token);
            await connection.ExecuteAsync(new CommandDefinition(
                "UPDATE lease SET expires_at = '-infinity' WHERE name = @Name AND holder = @Holder",
                new { Name = name, Holder = service.Instance },
                cancellationToken: limit.Token));
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            Log.LeaseUnreachable(logger, name, exception.Message);
        }
    }

    private enum RenewOutcome
    {
        Renewed,
        Lost,
        Unreachable,
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Leading {Lease} in epoch {Epoch}")]
        public static partial void Leading(ILogger logger, string lease, long epoch);

        [LoggerMessage(Level = LogLevel.Information, Message = "No longer leading {Lease}, epoch {Epoch} is over")]
        public static partial void NotLeading(ILogger logger, string lease, long epoch);

        [LoggerMessage(Level = LogLevel.Error, Message = "The work of {Lease} failed and is begun anew")]
        public static partial void WorkFailed(ILogger logger, string lease, Exception exception);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The lease {Lease} could not be reached: {Reason}")]
        public static partial void LeaseUnreachable(ILogger logger, string lease, string reason);
    }
}
