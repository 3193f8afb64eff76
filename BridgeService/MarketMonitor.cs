using Microsoft.Extensions.Options;
using Npgsql;
using Sure.BridgeService.Adapters;
using Sure.BridgeService.Bridges;
using Sure.BridgeService.Market;
using Sure.BridgeService.Observations;
using Sure.BridgeService.Prices;
using Sure.BridgeService.SourceQuality;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Leases;
using Sure.Coordination.Monitors;
using Sure.Coordination.Outbox;
using Sure.Coordination.Writing;

namespace Sure.BridgeService;

/// <summary>
/// One cycle: asks the sources, keeps what they say, judges every bridge and every coin, changed or not, and tells it. What is kept and
/// what is told are committed together.
/// </summary>
internal sealed class MarketMonitor(
    NpgsqlDataSource database,
    SourcePull sources,
    DataSource dataSource,
    BridgeStore bridges,
    BridgeHistory bridgeHistory,
    PriceStore coins,
    PriceHistory priceHistory,
    IOptions<BridgeOptions> bridgeOptions,
    IOptions<PriceOptions> priceOptions,
    IOptions<IngestionOptions> ingestion,
    IOptions<MonitoringOptions> monitoring,
    BridgeTelemetry telemetry,
    TimeProvider time) : IMonitor
{
    private readonly BridgeAssessor _assessor = new(bridgeOptions.Value);
    private readonly MaxAges _maxAges = new(bridgeOptions.Value, priceOptions.Value);

    /// <summary>Of this instance in its last term; after a change of leader a cycle is taken to have been an interval ago.</summary>
    private (long Epoch, DateTimeOffset At)? _lastCycle;

    public string Name => "market";

    public TimeSpan Interval => monitoring.Value.BridgeInterval;

    public async Task RunOnceAsync(LeaseTerm term, CancellationToken cancellationToken)
    {
        var arrived = await sources.ReadAsync(cancellationToken);

        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await term.GuardAsync(connection, transaction, cancellationToken);
        var batch = new WriteBatch(connection, transaction);
        ObservationStore.Append(batch, arrived, now);
        await batch.ExecuteAsync(cancellationToken);

        var watchedSince = now - SourceLook.Watched;
        var ofBridges = await ObservationStore.ReadBridgeSourcesAsync(connection, transaction, watchedSince, cancellationToken);
        var ofCoins = await ObservationStore.ReadPriceSourcesAsync(connection, transaction, watchedSince, cancellationToken);
        var (assessments, abandoned) = await AssessBridgesAsync(ofBridges, connection, transaction, now, cancellationToken);
        IReadOnlyList<PriceReport> prices =
        [
            .. Words<Stablecoin>.Members.Select(
                coin => PriceConsensus.Make(coin, ofCoins[coin].Where(o => dataSource.Counts(o.Source)), now, priceOptions.Value)),
        ];
        var before = _lastCycle is { } last && last.Epoch == term.Epoch ? last.At : now - Interval;
        var looks = SourceLook.At(ofBridges, assessments.Select(a => a.Report), ofCoins, prices, dataSource.Counts, _maxAges, before, now);
        bridges.Write(batch, assessments);
        bridgeHistory.Write(batch, [.. assessments.Select(a => a.Report)]);
        coins.Write(batch, prices);
        priceHistory.Write(batch, prices);
        SourceQualityStore.Write(batch, looks, now);
        // Not before: while an observation may still arrive, it is held against the last word.
        var keptSince = now - ingestion.Value.ObservationRetention;
        ObservationStore.ForgetSources(batch, keptSince < watchedSince ? keptSince : watchedSince);
        batch.AppendEvents([.. abandoned, .. prices.Select(p => p.ToEvent(dataSource.Name)), .. assessments.SelectMany(a => a.Events)]);
        await batch.ExecuteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        _lastCycle = (term.Epoch, now);
        SourceTelemetry.Record(looks);
        telemetry.Made(assessments, prices, Interval);
    }

    /// <summary>The judgement of every bridge, and before it what ends because it rested on another kind of data.</summary>
    private async Task<(IReadOnlyList<BridgeAssessment> Assessments, IReadOnlyList<IPlatformEvent> Abandoned)> AssessBridgesAsync(
        ILookup<string, BridgeObservation> said,
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var window = bridgeOptions.Value.Window;
        var transactions = await ObservationStore.ReadTransactionsAsync(connection, transaction, now - window, cancellationToken);
        var tvlBefore = await bridges.ReadTvlAtAsync(connection, transaction, now - window, cancellationToken);
        var kept = await BridgeStore.LockStatesAsync(connection, transaction, cancellationToken);
        var states = kept.Where(k => dataSource.Kind.Contains(k.Value.DataSource, StringComparer.Ordinal)).ToDictionary(k => k.Key, k => k.Value.State, StringComparer.Ordinal);
        IReadOnlyList<IPlatformEvent> abandoned =
            [.. kept.Where(k => !states.ContainsKey(k.Key)).SelectMany(k => BridgeAssessor.Abandon(k.Key, k.Value.State, now))];
        IReadOnlyList<BridgeAssessment> assessments =
        [
            .. Bridge.All.Select(bridge =>
            {
                decimal? before = tvlBefore.TryGetValue(bridge.Id, out var tvl) ? tvl : null;
                return _assessor.Assess(
                    new BridgeEvidence(
                        bridge,
                        now,
                        [.. said[bridge.Id].Where(o => dataSource.Counts(o.Source))],
                        [.. transactions[bridge.Id].Where(t => dataSource.Counts(t.Source))],
                        before),
                    states.GetValueOrDefault(bridge.Id) ?? BridgeState.New(now),
                    dataSource.Name);
            }),
        ];
        return (assessments, abandoned);
    }
}
