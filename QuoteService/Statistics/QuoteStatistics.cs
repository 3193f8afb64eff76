using System.Diagnostics.Metrics;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Migrations;
using Sure.Coordination.Outbox;

namespace Sure.QuoteService.Statistics;

/// <summary>
/// Counts what is quoted in memory and writes it once a second, as statistics by minute and hour and as <see cref="QuotesIssued"/>. A quote
/// never waits for it: while PostgreSQL is away the minutes wait in memory, a bounded number of them, and what is lost is counted. What
/// was counted in the last second is lost with a process that is killed: these are statistics, not money.
/// </summary>
internal sealed partial class QuoteStatistics(
    NpgsqlDataSource database, SchemaReady schema, IOptions<StatisticsOptions> options, TimeProvider time, ILogger<QuoteStatistics> logger) : BackgroundService
{
    private static readonly TimeSpan WriteInterval = TimeSpan.FromSeconds(1);

    /// <summary>At the end the last second is written if that takes no longer.</summary>
    private static readonly TimeSpan LastWriteLimit = TimeSpan.FromSeconds(3);

    private static readonly Meter Meter = new("Sure.Quotes");

    private static readonly Counter<long> Issued = Meter.CreateCounter<long>("sure.quotes.issued", "{quote}", "Quotes issued, by product.");

    private static readonly Counter<long> Lost = Meter.CreateCounter<long>(
        "sure.quotes.statistics.lost", "{quote}", "Quotes that are missing in the statistics because PostgreSQL was away for too long.");

    private readonly QuoteBuffer _buffer = new(options.Value.BufferedMinutes);

    /// <summary>What is being written; the same again, under the same id, until it is known to be.</summary>
    private Portion? _portion;

    /// <summary>Counts one quote that was issued at <paramref name="at"/>.</summary>
    public void Count(Product product, decimal coverageUsd, DateTimeOffset at)
    {
        Tell(product, 1);
        if (_buffer.Count(product, coverageUsd, at) is > 0 and var lost)
        {
            Lose(lost);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var product in Product.Offered)
        {
            // A rate is known only of what was there before.
            Tell(product, 0);
        }

        try
        {
            await schema.WaitAsync(stoppingToken);
            using var timer = new PeriodicTimer(WriteInterval, time);
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await WriteAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await WriteLastAsync();
        }
    }

    /// <summary>560 series at most; the tags are words that are there already.</summary>
    private static void Tell(Product product, int quotes) => Issued.Add(
        quotes,
        new("sure.coverage_type", product.CoverageType.Word()),
        new("sure.chain", product.Chain.Word()),
        new("sure.stablecoin", product.Stablecoin.Word()));

    private async Task WriteLastAsync()
    {
        if (schema.IsReady)
        {
            using var limit = new CancellationTokenSource(LastWriteLimit, time);
            await WriteAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_portion is null)
            {
                await WriteAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        if ((_portion?.Tallies ?? []).Concat(_buffer.Take()).Sum(t => t.Quotes) is > 0 and var lost)
        {
            Lose(lost);
        }
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        if (_portion is null)
        {
            if (_buffer.Take() is not { Count: > 0 } tallies)
            {
                return;
            }

            var now = time.GetUtcNow();
            _portion = new Portion(Guid.CreateVersion7(now), now, tallies);
        }

        try
        {
            await WriteAsync(_portion, cancellationToken);
            _portion = null;
        }
        catch (PostgresException exception) when (exception is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "outbox_event_id_key" })
        {
            // It was written; only the word that it was did not arrive.
            _portion = null;
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            Log.NotWritten(logger, exception.Message);
        }
    }

    private async Task WriteAsync(Portion portion, CancellationToken cancellationToken)
    {
        var tallies = portion.Tallies;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO quote_statistics AS s (minute, coverage_type, chain, stablecoin, quotes, coverage_usd)
            SELECT * FROM unnest(@Minutes, @Types, @Chains, @Coins, @Quotes, @Coverage)
            ON CONFLICT (minute, coverage_type, chain, stablecoin) DO UPDATE
            SET quotes = s.quotes + excluded.quotes, coverage_usd = s.coverage_usd + excluded.coverage_usd;

            INSERT INTO quote_hour AS s (starts_at, coverage_type, chain, stablecoin, quotes, coverage_usd)
            SELECT date_trunc('hour', minute, 'UTC') AS starts_at, coverage_type, chain, stablecoin, sum(quotes), sum(coverage_usd)
            FROM unnest(@Minutes, @Types, @Chains, @Coins, @Quotes, @Coverage) AS t (minute, coverage_type, chain, stablecoin, quotes, coverage_usd)
            GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
            ON CONFLICT (starts_at, coverage_type, chain, stablecoin) DO UPDATE
            SET quotes = s.quotes + excluded.quotes, coverage_usd = s.coverage_usd + excluded.coverage_usd;
            """,
            new
            {
                Minutes = tallies.Select(t => t.Minute.UtcDateTime).ToArray(),
                Types = tallies.Select(t => t.Product.CoverageType.Word()).ToArray(),
                Chains = tallies.Select(t => t.Product.Chain.Word()).ToArray(),
                Coins = tallies.Select(t => t.Product.Stablecoin.Word()).ToArray(),
                Quotes = tallies.Select(t => (long)t.Quotes).ToArray(),
                Coverage = tallies.Select(t => t.CoverageUsd).ToArray(),
            },
            transaction,
            cancellationToken: cancellationToken));
        var products = tallies.GroupBy(t => t.Product).Select(p => new QuotedProduct(
            p.Key.CoverageType, p.Key.Chain, p.Key.Stablecoin, p.Sum(t => t.Quotes), p.Sum(t => t.CoverageUsd)));
        await connection.AppendEventsAsync(transaction, [new QuotesIssued(portion.Id, portion.At, [.. products])], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private void Lose(int quotes)
    {
        Lost.Add(quotes);
        Log.Lost(logger, quotes);
    }

    /// <summary>What is written in one transaction.</summary>
    private sealed record Portion(Guid Id, DateTimeOffset At, IReadOnlyList<QuoteTally> Tallies);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Quote statistics could not be written yet: {Reason}")]
        public static partial void NotWritten(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Quotes} quotes are missing in the statistics: they could not be written in time")]
        public static partial void Lost(ILogger logger, int quotes);
    }
}
