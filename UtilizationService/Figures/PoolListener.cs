using Npgsql;
using Sure.Coordination.Migrations;

namespace Sure.UtilizationService.Figures;

/// <summary>Hears from PostgreSQL that the pool has changed, and drops what is cached of it.</summary>
internal sealed partial class PoolListener(
    NpgsqlDataSource database, FigureCache cache, SchemaReady schema, TimeProvider time, ILogger<PoolListener> logger) : BackgroundService
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException or IOException)
            {
                Log.Deaf(logger, exception.Message);
                await Task.Delay(RetryDelay, time, stoppingToken);
            }
        }
    }

    private async Task ListenAsync(CancellationToken stoppingToken)
    {
        await using var connection = await database.OpenConnectionAsync(stoppingToken);
        var changes = new Queue<long>();
        connection.Notification += (_, change) => changes.Enqueue(long.Parse(change.Payload, System.Globalization.CultureInfo.InvariantCulture));
        await using (var name = new NpgsqlCommand("SELECT 'pool_' || current_schema()", connection))
        {
            var channel = (string)(await name.ExecuteScalarAsync(stoppingToken))!;
#pragma warning disable CA2100 // A schema name of our own, quoted; LISTEN takes no parameters.
            await using var subscribe = new NpgsqlCommand($"LISTEN \"{channel}\"; SELECT version FROM pool", connection);
#pragma warning restore CA2100
            // What changed before anybody listened is dropped too.
            changes.Enqueue((long)(await subscribe.ExecuteScalarAsync(stoppingToken))!);
        }

        while (true)
        {
            while (changes.TryDequeue(out var version))
            {
                await cache.DropAsync(version);
            }

            await connection.WaitAsync(stoppingToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Changes of the pool are not heard of for now; cached figures live their 30 seconds: {Reason}")]
        public static partial void Deaf(ILogger logger, string reason);
    }
}
