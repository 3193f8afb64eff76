using System.Diagnostics.Metrics;
using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Sure.Coordination.Migrations;
using Sure.ServiceDefaults.Problems;

namespace Sure.Coordination.Outbox;

/// <summary>
/// Measures what waits in the outbox. Every instance looks, so that it is known also when nobody relays; all of them see the same.
/// </summary>
internal sealed partial class OutboxWatch : BackgroundService
{
    /// <summary>
    /// Reads from indexes, however many relayed events are kept: sequences have no gaps, so those that wait are counted by subtraction, and
    /// the oldest is the first of those with a sequence or of those without.
    /// </summary>
    internal const string LookSql =
        """
        SELECT numbered - relayed + (SELECT count(*) FROM outbox WHERE sequence IS NULL) AS waiting,
               coalesce(extract(epoch FROM clock_timestamp() - least(
                   (SELECT occurred_at FROM outbox WHERE sequence > relayed ORDER BY sequence LIMIT 1),
                   (SELECT occurred_at FROM outbox WHERE sequence IS NULL ORDER BY position LIMIT 1))), 0)::float8 AS oldest_age
        FROM outbox_state
        """;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly NpgsqlDataSource _database;
    private readonly SchemaReady _schema;
    private readonly TimeProvider _time;
    private readonly ILogger<OutboxWatch> _logger;
    private volatile Look? _look;

    public OutboxWatch(
        NpgsqlDataSource database, SchemaReady schema, ServiceIdentity service, IMeterFactory meters, TimeProvider time, ILogger<OutboxWatch> logger)
    {
        _database = database;
        _schema = schema;
        _time = time;
        _logger = logger;
        var producer = new KeyValuePair<string, object?>("sure.producer", service.Name);
        var meter = meters.Create("Sure.Outbox");
        meter.CreateObservableGauge<long>(
            "sure.outbox.waiting",
            () => _look is { } look ? [new Measurement<long>(look.Waiting, producer)] : [],
            "{event}",
            "Events the broker has not confirmed; none while PostgreSQL is away.");
        meter.CreateObservableGauge<double>(
            "sure.outbox.oldest.age",
            () => _look is { } look ? [new Measurement<double>(look.OldestAge, producer)] : [],
            "s",
            "Age of the oldest event the broker has not confirmed; 0 where there is none.");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await _schema.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Interval, _time);
        do
        {
            try
            {
                _look = await LookAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                // An old figure would be taken for a present one. Whatever it was, who only measures ends no process. That PostgreSQL is away is
                // said elsewhere.
                _look = null;
                Log.NotSeen(_logger, BrokenDependency.Is(exception) ? LogLevel.Debug : LogLevel.Warning, exception.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<Look> LookAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleAsync<Look>(new CommandDefinition(
            LookSql, commandTimeout: (int)Interval.TotalSeconds, cancellationToken: cancellationToken));
    }

    private sealed record Look(long Waiting, double OldestAge);

    private static partial class Log
    {
        [LoggerMessage(Message = "It is not known what waits in the outbox: {Reason}")]
        public static partial void NotSeen(ILogger logger, LogLevel level, string reason);
    }
}
