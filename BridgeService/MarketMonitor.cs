using Microsoft.Extensions.Options;
using Npgsql;
using Sure.BridgeService.Adapters;
using Sure.BridgeService.Bridges;
using Sure.BridgeService.Market;
using Sure.BridgeService.Observations;
using Sure.BridgeService.Prices;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Leases;
using Sure.Coordination.Monitors;
using Sure.Coordination.Outbox;

namespace Sure.BridgeService;

/// <summary>
/// One cycle: asks the sources, keeps what they say, judges every bridge and every coin, changed or not, and tells it. What is kept and
/// what is told are committed together.
/// </summary>
internal sealed class MarketMonitor(
    NpgsqlDataSource database,
    SourcePull sources,
    DataSource dataSource,
    IOptions<BridgeOptions> bridgeOptions,
    IOptions<PriceOptions> priceOptions,
    IOptions<MonitoringOptions> monitoring,
    TimeProvider time) : IMonitor
{
    private readonly BridgeAssessor _assessor = new(bridgeOptions.Value);

    public string Name => "market";

    public TimeSpan Interval => monitoring.Value.BridgeInterval;

    public async Task RunOnceAsync(LeaseTerm term, CancellationToken cancellationToken)
    {
        var arrived = await sources.ReadAsync(cancellationToken);

        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await term.GuardAsync(connection, transaction, cancellationToken);
        await ObservationStore.AppendAsync(connection, transaction, arrived, now, cancellationToken);
        var assessments = await AssessBridgesAsync(connection, transaction, now, cancellationToken);
        var prices = await MakePricesAsync(connection, transaction, now, cancellationToken);
        await BridgeStore.WriteAsync(connection, transaction, assessments, cancellationToken);
        await PriceStore.WriteAsync(connection, transaction, prices, cancellationToken);
        IReadOnlyCollection<IPlatformEvent> events =
            [.. prices.Select(p => p.ToEvent(dataSource.Name)), .. assessments.SelectMany(a => a.Events)];
        await connection.AppendEventsAsync(transaction, events, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task<IReadOnlyList<BridgeAssessment>> AssessBridgesAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var window = bridgeOptions.Value.Window;
        var said = await ObservationStore.ReadBridgeSourcesAsync(connection, transaction, cancellationToken);
        var transactions = await ObservationStore.ReadTransactionsAsync(connection, transaction, now - window, cancellationToken);
        var tvlBefore = await BridgeStore.ReadTvlAtAsync(connection, transaction, now - window, cancellationToken);
        var states = await BridgeStore.ReadStatesAsync(connection, transaction, cancellationToken);
        return
        [
            .. Bridge.All.Select(bridge =>
            {
                var (tried, succeeded) = transactions.GetValueOrDefault(bridge.Id);
                decimal? before = tvlBefore.TryGetValue(bridge.Id, out var tvl) ? tvl : null;
                return _assessor.Assess(
                    new BridgeEvidence(bridge, now, [.. said[bridge.Id]], tried, succeeded, before),
                    states.GetValueOrDefault(bridge.Id) ?? BridgeState.New(now),
                    dataSource.Name);
            }),
        ];
    }

    private async Task<IReadOnlyList<PriceReport>> MakePricesAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var said = await ObservationStore.ReadPriceSourcesAsync(connection, transaction, cancellationToken);
        return [.. Words<Stablecoin>.Members.Select(coin => PriceConsensus.Make(coin, said[coin], now, priceOptions.Value))];
    }
}
