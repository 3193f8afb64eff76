using Npgsql;
using Sure.Coordination.Migrations;

namespace Sure.Gateway.Callers;

/// <summary>
/// Keeps the public key of this instance published as long as it lives, and lists those of all instances. A key outlives its instance
/// by more than the tokens that it signed.
/// </summary>
internal sealed partial class KeyPublisher(
    SigningKey own, SigningKeyStore store, SchemaReady schema, TimeProvider time, ILogger<KeyPublisher> logger) : BackgroundService
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan RenewInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(1);

    private volatile IReadOnlyList<PublishedKey> _lastRead = [];

    /// <summary>All living keys as JSON Web Keys; while PostgreSQL is away, this instance's and those last read.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        try
        {
            using var timeout = new CancellationTokenSource(ReadTimeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
            _lastRead = await store.ReadAsync(now, either.Token);
        }
        catch (Exception exception) when (IsAway(exception) && !cancellationToken.IsCancellationRequested)
        {
            Log.NotRead(logger, exception.Message);
        }

        return [own.PublicKey, .. _lastRead.Where(k => k.Kid != own.Id && k.ExpiresAt >= now.UtcDateTime).Select(k => k.Jwk)];
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = RenewInterval;
            try
            {
                var now = time.GetUtcNow();
                await store.PublishAsync(own.Id, own.PublicKey, now + Life, now, stoppingToken);
            }
            catch (Exception exception) when (IsAway(exception) && !stoppingToken.IsCancellationRequested)
            {
                Log.NotPublished(logger, exception.Message);
                pause = RetryDelay;
            }

            await Task.Delay(pause, time, stoppingToken);
        }
    }

    private static bool IsAway(Exception exception) =>
        exception is NpgsqlException or TimeoutException or OperationCanceledException or IOException;

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The signing keys of the other instances could not be read: {Reason}")]
        public static partial void NotRead(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The signing key could not be published: {Reason}")]
        public static partial void NotPublished(ILogger logger, string reason);
    }
}
