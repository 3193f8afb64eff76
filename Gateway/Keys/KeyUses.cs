using System.Collections.Concurrent;
using Npgsql;

namespace Sure.Gateway.Keys;

/// <summary>Remembers when keys were used, and writes it down now and then.</summary>
internal sealed partial class KeyUses(ApiKeyStore store, TimeProvider time, ILogger<KeyUses> logger) : BackgroundService
{
    private static readonly TimeSpan WriteInterval = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _uses = new();

    /// <summary>It was used just now.</summary>
    public void Note(Guid key) => _uses[key] = time.GetUtcNow();

    /// <summary>Writes down what is known.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        var uses = _uses.ToArray();
        if (uses.Length == 0)
        {
            return;
        }

        try
        {
            await store.NoteUsesAsync(uses, cancellationToken);
            foreach (var use in uses)
            {
                // One that was used again meanwhile stays.
                _uses.TryRemove(use);
            }
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or IOException or OperationCanceledException)
        {
            Log.NotWritten(logger, uses.Length, exception.Message);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await WriteAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(WriteInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await WriteAsync(stoppingToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The last use of {Count} keys could not be written down: {Reason}")]
        public static partial void NotWritten(ILogger logger, int count, string reason);
    }
}
