using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Coordination.Leases;
using Sure.Coordination.Monitors;

namespace Sure.Gateway.Webhooks;

/// <summary>Forgets finished deliveries that are past retention.</summary>
internal sealed class WebhookLogMonitor(NpgsqlDataSource database, IOptions<WebhookOptions> options, TimeProvider time) : IMonitor
{
    private const int Batch = 1000;

    public string Name => "webhook-log";

    public TimeSpan Interval => TimeSpan.FromHours(1);

    public async Task RunOnceAsync(LeaseTerm term, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        int forgotten;
        do
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await term.GuardAsync(connection, transaction, cancellationToken);
            forgotten = await DeliveryStore.TrimAsync(options.Value.LogRetention, time.GetUtcNow(), Batch, connection, transaction, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        while (forgotten == Batch);
    }
}
