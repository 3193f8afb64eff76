using Npgsql;
using Sure.Coordination.Migrations;

namespace Sure.Gateway.Keys;

/// <summary>Sees at start that a key is there; while PostgreSQL or the disk is away it keeps trying.</summary>
internal abstract partial class KeyAtStart(SchemaReady schema, TimeProvider time, ILogger logger) : BackgroundService
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.WaitAsync(stoppingToken);
        while (true)
        {
            try
            {
                await EnsureAsync(time.GetUtcNow(), stoppingToken);
                return;
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException or IOException or UnauthorizedAccessException)
            {
                Log.Waiting(logger, GetType().Name, exception.Message);
                await Task.Delay(RetryDelay, time, stoppingToken);
            }
        }
    }

    protected abstract Task EnsureAsync(DateTimeOffset now, CancellationToken cancellationToken);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Key} has to wait: {Reason}")]
        public static partial void Waiting(ILogger logger, string key, string reason);
    }
}
