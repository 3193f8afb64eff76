using Dapper;
using Npgsql;
using Sure.Coordination.Intake;

namespace Sure.Gateway.Webhooks;

/// <summary>Takes the events that webhooks are told of and queues them, in the transaction that remembers that they were taken.</summary>
internal sealed class WebhookIntake(NpgsqlDataSource database, TimeProvider time) : PostgresEventSink(database)
{
    /// <summary>Who tells of alerts and claims.</summary>
    public static readonly string[] Producers = ["riskservice", "bridgeservice", "utilizationservice"];

    protected override async Task ApplyAsync(
        IReadOnlyList<KnownEvent> events, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        foreach (var message in events.Select(e => WebhookMessage.Of(e.Event)).OfType<WebhookMessage>())
        {
            await DeliveryStore.QueueAsync(message, time.GetUtcNow(), connection, transaction, cancellationToken);
        }
    }

    /// <summary>
    /// What was told before anybody could have subscribed concerns nobody. Who was away for longer than events are kept goes on with the
    /// first that still is.
    /// </summary>
    protected override async Task<long> RebuildAsync(
        string producer, long firstKept, long last, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var hasSubscribers = await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "SELECT EXISTS (SELECT FROM webhook)", transaction: transaction, cancellationToken: cancellationToken));
        return hasSubscribers ? firstKept - 1 : last;
    }
}
