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
    TimeProvider time,
    ILogger<Leadership> logger)
{
    /// <summary>
    /// Runs <paramref name="body"/> whenever this instance leads <paramref name="name"/>, until <paramref name="cancellationToken"/>.
    /// The body's token is cancelled when the lease is lost or could not be renewed in time; a body that ends or fails is begun anew
    /// while the lease is held. At the end the lease is given back, so that another instance need not wait for it to expire.
    /// </summary>
    public async Task RunAsync(string name, Func<LeaseTerm, CancellationToken, Task> body, CancellationToken cancellationToken)
    {
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
            return await WriteAsync(name, cancellationToken) is { } epoch ? new LeaseTerm(name, epoch) : null;
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
            return await WriteAsync(term.Name, cancellationToken) == term.Epoch ? RenewOutcome.Renewed : RenewOutcome.Lost;
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            Log.LeaseUnreachable(logger, term.Name, exception.Message);
            return RenewOutcome.Unreachable;
        }
    }

    /// <summary>Takes a free or expired lease or renews our own; null when another instance holds it. The server's clock decides.</summary>
    private async Task<long?> WriteAsync(string name, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
            """
            INSERT INTO lease (name, holder, epoch, expires_at)
            VALUES (@Name, @Holder, 1, clock_timestamp() + @Duration)
            ON CONFLICT (name) DO UPDATE
            SET holder = excluded.holder,
                epoch = lease.epoch + CASE WHEN lease.holder = excluded.holder THEN 0 ELSE 1 END,
                expires_at = clock_timestamp() + @Duration
            WHERE lease.holder = excluded.holder OR lease.expires_at < clock_timestamp()
            RETURNING epoch
            """,
            new { Name = name, Holder = service.Instance, options.Value.Duration },
            commandTimeout: (int)Math.Ceiling(options.Value.RenewInterval.TotalSeconds),
            cancellationToken: cancellationToken));
    }

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
