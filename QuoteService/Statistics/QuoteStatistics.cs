using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Dapper;
using Npgsql;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Migrations;
using Sure.Coordination.Outbox;

namespace Sure.QuoteService.Statistics;

/// <summary>
/// Counts what is quoted in memory and writes it once a second, as statistics by minute and as <see cref="QuotesIssued"/>. A quote never
/// waits for it. What was counted since the last writing is lost with the process: these are statistics, not money.
/// </summary>
internal sealed partial class QuoteStatistics(NpgsqlDataSource database, SchemaReady schema, TimeProvider time, ILogger<QuoteStatistics> logger) : BackgroundService
{
    private static readonly TimeSpan WriteInterval = TimeSpan.FromSeconds(1);

    private static readonly Meter Meter = new("Sure.Quotes");

    private static readonly Counter<long> Issued = Meter.CreateCounter<long>("sure.quotes.issued", "{quote}", "Quotes issued, by coverage type.");

    private ConcurrentDictionary<Product, Tally> _counted = new();

    /// <summary>Counts one quote.</summary>
    public void Count(Product product, decimal coverageUsd)
    {
        Issued.Add(1, new KeyValuePair<string, object?>("sure.coverage_type", product.CoverageType.Word()));
        Add(product, new Tally(1, coverageUsd));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(WriteInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var counted = Interlocked.Exchange(ref _counted, new());
            if (counted.IsEmpty)
            {
                continue;
            }

            try
            {
                await WriteAsync(counted, stoppingToken);
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
            {
                // Counted again with the next second's; there are at most 560 products, so this cannot grow.
                Log.NotWritten(logger, exception.Message);
                foreach (var (product, tally) in counted)
                {
                    Add(product, tally);
                }
            }
        }
    }

    private void Add(Product product, Tally tally) =>
        _counted.AddOrUpdate(product, tally, (_, before) => new Tally(before.Quotes + tally.Quotes, before.CoverageUsd + tally.CoverageUsd));

    private async Task WriteAsync(IReadOnlyDictionary<Product, Tally> counted, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO quote_statistics (minute, coverage_type, chain, stablecoin, quotes, coverage_usd)
            SELECT date_trunc('minute', @Now), * FROM unnest(@Types, @Chains, @Coins, @Quotes, @Coverage)
            ON CONFLICT (minute, coverage_type, chain, stablecoin) DO UPDATE
            SET quotes = quote_statistics.quotes + excluded.quotes, coverage_usd = quote_statistics.coverage_usd + excluded.coverage_usd
            """,
            new
            {
                Now = now.ToUniversalTime(),
                Types = counted.Keys.Select(p => p.CoverageType.Word()).ToArray(),
                Chains = counted.Keys.Select(p => p.Chain.Word()).ToArray(),
                Coins = counted.Keys.Select(p => p.Stablecoin.Word()).ToArray(),
                Quotes = counted.Values.Select(t => (long)t.Quotes).ToArray(),
                Coverage = counted.Values.Select(t => t.CoverageUsd).ToArray(),
            },
            transaction,
            cancellationToken: cancellationToken));
        var products = counted.Select(c => new QuotedProduct(c.Key.CoverageType, c.Key.Chain, c.Key.Stablecoin, c.Value.Quotes, c.Value.CoverageUsd));
        await connection.AppendEventsAsync(transaction, [new QuotesIssued(Guid.CreateVersion7(now), now, [.. products])], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private sealed record Tally(int Quotes, decimal CoverageUsd);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Quote statistics could not be written yet: {Reason}")]
        public static partial void NotWritten(ILogger logger, string reason);
    }
}
