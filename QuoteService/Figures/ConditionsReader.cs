using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Contracts.Calls;
using Sure.Contracts.Json;
using Sure.Contracts.Vocabulary;
using Sure.QuoteService.Pricing;

namespace Sure.QuoteService.Figures;

/// <summary>
/// The state of the pool, the bridges and the coins' correlation for dynamic pricing. Figures are looked up at most once a second, by one request while the others
/// take the last known ones; a figure that cannot be had stays the last known one until it is too old.
/// </summary>
internal sealed partial class ConditionsReader(
    IHttpClientFactory clients, NpgsqlDataSource database, IOptions<PricingOptions> options, TimeProvider time, ILogger<ConditionsReader> logger) : IDisposable
{
    public const string ClientName = "pool";

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _refreshing = new(1, 1);
    private volatile Known? _known;

    public async ValueTask<MarketConditions> ReadAsync(CancellationToken cancellationToken)
    {
        var known = _known;
        if (known is null || time.GetElapsedTime(known.ReadAt) >= Fresh)
        {
            // The first request ever has nothing to fall back on and waits for its turn; later ones do not.
            if (await _refreshing.WaitAsync(known is null ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, cancellationToken))
            {
                try
                {
                    if (_known is null || time.GetElapsedTime(_known.ReadAt) >= Fresh)
                    {
                        _known = await RefreshAsync(_known, cancellationToken);
                    }
                }
                finally
                {
                    _refreshing.Release();
                }
            }

            known = _known!;
        }

        return Judge(known, time.GetUtcNow() - options.Value.StaleAfter);
    }

    public void Dispose() => _refreshing.Dispose();

    private static MarketConditions Judge(Known known, DateTimeOffset oldest) => new(
        known.Pool is { } pool && pool.AsOf >= oldest
            ? new PoolCondition(
                pool.Pool.TotalCapitalUsd, pool.Pool.EffectiveCapitalUsd, pool.Pool.CoverageSoldUsd, pool.Pool.ReserveRatio, pool.CoverageByStablecoin)
            : null,
        known.Told.Bridges.Where(b => b.MadeAt >= oldest.UtcDateTime).ToDictionary(b => b.BridgeId, b => new BridgeCondition(b.HealthScore, Words<BridgeStatus>.Parse(b.Status)), StringComparer.Ordinal),
        known.Told.Correlation is { } correlation && correlation.MadeAt >= oldest.UtcDateTime ? Words<CorrelationRegime>.Parse(correlation.Regime) : null);

    private async Task<Known> RefreshAsync(Known? last, CancellationToken cancellationToken)
    {
        var pool = ReadPoolAsync(cancellationToken);
        var told = ReadToldAsync(cancellationToken);
        return new Known(await pool ?? last?.Pool, await told ?? last?.Told ?? ToldFigures.None, time.GetTimestamp());
    }

    private async Task<PoolState?> ReadPoolAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var client = clients.CreateClient(ClientName);
            return await client.GetFromJsonAsync<PoolState>(new Uri(PoolState.Path, UriKind.Relative), SureJson.Internal, cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            Log.PoolUnknown(logger, exception.Message);
            return null;
        }
    }

    private async Task<ToldFigures?> ReadToldAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await using var results = await connection.QueryMultipleAsync(new CommandDefinition(
                """
                SELECT bridge_id, health_score, status, made_at FROM bridge_figure;
                SELECT regime, made_at FROM correlation_figure;
                """,
                commandTimeout: 1,
                cancellationToken: cancellationToken));
            return new ToldFigures([.. await results.ReadAsync<BridgeFigure>()], await results.ReadSingleOrDefaultAsync<CorrelationFigure>());
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            Log.ToldUnknown(logger, exception.Message);
            return null;
        }
    }

    private sealed record Known(PoolState? Pool, ToldFigures Told, long ReadAt);

    private sealed record ToldFigures(IReadOnlyList<BridgeFigure> Bridges, CorrelationFigure? Correlation)
    {
        public static ToldFigures None { get; } = new([], Correlation: null);
    }

    private sealed record BridgeFigure(string BridgeId, decimal? HealthScore, string Status, DateTime MadeAt);

    private sealed record CorrelationFigure(string Regime, DateTime MadeAt);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The pool's figures could not be had: {Reason}")]
        public static partial void PoolUnknown(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The figures of bridges and correlation could not be had: {Reason}")]
        public static partial void ToldUnknown(ILogger logger, string reason);
    }
}
