using System.Text.Json;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Contracts.Events;
using Sure.Contracts.Json;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Leases;
using Sure.Coordination.Monitors;
using Sure.Coordination.Outbox;
using Sure.RiskService.Exposures;

namespace Sure.RiskService.Ranking;

/// <summary>Tells which products have the most active coverage, when their order is another than the one last told.</summary>
internal sealed class TopProductsMonitor(
    NpgsqlDataSource database, ExposureStore exposures, IOptions<MonitoringOptions> monitoring, TimeProvider time) : IMonitor
{
    public string Name => "top-products";

    public TimeSpan Interval => monitoring.Value.TopProductsInterval;

    public async Task RunOnceAsync(LeaseTerm term, CancellationToken cancellationToken)
    {
        if (await exposures.ReadNowAsync(cancellationToken) is not { } exposure)
        {
            return;
        }

        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await term.GuardAsync(connection, transaction, cancellationToken);
        var order = JsonSerializer.Serialize(exposure.Top.Select(p => new Product(p.CoverageType, p.Chain, p.Stablecoin).Hash), SureJson.Internal);
        var changed = await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO ranking AS told (products, told_at) VALUES (@Order::jsonb, @Now)
            ON CONFLICT (one) DO UPDATE SET products = excluded.products, told_at = excluded.told_at
            WHERE told.products <> excluded.products
            """,
            new { Order = order, Now = now.UtcDateTime },
            transaction,
            cancellationToken: cancellationToken));
        if (changed > 0)
        {
            await connection.AppendEventsAsync(transaction, [new TopProductsChanged(Guid.CreateVersion7(now), now, exposure.Top)], cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }
}
