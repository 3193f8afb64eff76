using Dapper;
using Npgsql;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Reading;
using Sure.Gateway.Audit;
using Sure.ServiceDefaults.Identity;
using Sure.ServiceDefaults.Paging;

namespace Sure.Gateway.Webhooks;

/// <summary>Deliveries in PostgreSQL: the queue of attempts and the log of what became of them.</summary>
internal sealed class DeliveryStore(NpgsqlDataSource database, WebhookStore webhooks)
{
    private const string Columns =
        "delivery_id, event_id, type, status, attempts, outcome, status_code, created_at, attempted_at, due_at";

    /// <summary>Queues a message for everybody who subscribed to it, once; within the transaction that takes the event.</summary>
    public static async Task QueueAsync(
        WebhookMessage message, DateTimeOffset now, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        // Shared locks: a webhook that is deleted meanwhile goes after this, and takes what was queued for it along.
        var subscribers = (await connection.QueryAsync<Guid>(new CommandDefinition(
            "SELECT webhook_id FROM webhook WHERE @Event = ANY (events) FOR KEY SHARE",
            new { Event = message.Event?.Word() },
            transaction,
            cancellationToken: cancellationToken))).ToList();
        await QueueAsync(message, subscribers, now, connection, transaction, cancellationToken);
    }

    /// <summary>Queues a test for one, and writes down who tests it; null when there is no such webhook.</summary>
    public async Task<DeliveryDocument?> QueueTestAsync(Guid webhookId, Caller tester, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var message = WebhookMessage.Test(now);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await WebhookStore.HoldAsync(connection, transaction, webhookId, cancellationToken) is not { } webhook)
        {
            return null;
        }

        await QueueAsync(message, [webhookId], now, connection, transaction, cancellationToken);
        await webhooks.WriteDownAsync(connection, transaction, SecurityKind.WebhookTested, "tested", webhook, tester, now, cancellationToken);
        var row = await connection.QuerySingleAsync<Row>(new CommandDefinition(
            $"SELECT {Columns} FROM webhook_delivery WHERE webhook_id = @Id AND event_id = @EventId",
            new { Id = webhookId, message.EventId },
            transaction,
            cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return row.ToDocument();
    }

    /// <summary>
    /// Takes attempts that are due, oldest first, at most <paramref name="perWebhook"/> of a webhook. Until
    /// <paramref name="until"/> nobody else takes them; then they are due again, unless it was recorded what became of them.
    /// </summary>
    /// <param name="busy">Webhooks of which none is taken.</param>
    public async Task<IReadOnlyList<Attempt>> TakeAsync(
        DateTimeOffset now, DateTimeOffset until, int limit, int perWebhook, Guid[] busy, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<AttemptRow>(new CommandDefinition(
            """
            WITH due AS (
                SELECT next.delivery_id, w.url, w.secret
                FROM webhook w CROSS JOIN LATERAL (
                    SELECT delivery_id FROM webhook_delivery
                    WHERE webhook_id = w.webhook_id AND status = 'pending' AND due_at <= @Now
                    ORDER BY due_at LIMIT @PerWebhook FOR UPDATE SKIP LOCKED
                ) AS next
                WHERE w.webhook_id <> ALL (@Busy)
                LIMIT @Limit
            )
            UPDATE webhook_delivery d SET due_at = @Until, attempts = d.attempts + 1
            FROM due WHERE d.delivery_id = due.delivery_id
            RETURNING d.delivery_id, d.webhook_id, d.event_id, due.url, due.secret, d.body, d.attempts, d.created_at
            """,
            new { Now = now.UtcDateTime, Until = until.UtcDateTime, Limit = limit, PerWebhook = perWebhook, Busy = busy },
            cancellationToken: cancellationToken));
        return
        [
            .. rows.Select(r => new Attempt(
                r.DeliveryId, r.WebhookId, r.EventId, r.Url, r.Secret, r.Body, r.Attempts, new DateTimeOffset(r.CreatedAt))),
        ];
    }

    /// <summary>Records what became of an attempt. Nothing where another attempt was begun since.</summary>
    /// <param name="attempt">Which.</param>
    /// <param name="answer">What became of it.</param>
    /// <param name="next">When the next one is due; null where there is none.</param>
    /// <param name="now">When it ended.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RecordAsync(Attempt attempt, TargetAnswer answer, DateTimeOffset? next, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var status = answer.Outcome is AttemptOutcome.Delivered ? DeliveryStatus.Delivered : next is null ? DeliveryStatus.GivenUp : DeliveryStatus.Pending;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            UPDATE webhook_delivery
            SET status = @Status, outcome = @Outcome, status_code = @StatusCode, attempted_at = @Now, due_at = @Due, finished_at = @Finished
            WHERE delivery_id = @DeliveryId AND attempts = @Number AND status = 'pending'
            """,
            new
            {
                attempt.DeliveryId,
                attempt.Number,
                Status = status.Word(),
                Outcome = answer.Outcome.Word(),
                answer.StatusCode,
                Now = now.UtcDateTime,
                Due = (next ?? now).UtcDateTime,
                Finished = status is DeliveryStatus.Pending ? (DateTime?)null : now.UtcDateTime,
            },
            cancellationToken: cancellationToken));
    }

    /// <summary>A page of the log of a webhook, newest first.</summary>
    public async Task<IReadOnlyList<DeliveryDocument>> ListAsync(
        Guid webhookId, DeliveryStatus? status, PageRequest page, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"""
            SELECT {Columns} FROM webhook_delivery
            WHERE webhook_id = @Id AND (@Status::text IS NULL OR status = @Status) AND (@Before::uuid IS NULL OR delivery_id < @Before)
            ORDER BY delivery_id DESC LIMIT @Limit
            """,
            new { Id = webhookId, Status = status?.Word(), page.Before, page.Limit },
            cancellationToken: cancellationToken));
        return [.. rows.Select(r => r.ToDocument())];
    }

    /// <summary>
    /// Forgets deliveries that have been finished for longer than <paramref name="retention"/>, a bounded number of them; how many. Which
    /// time it is the earlier of <paramref name="now"/> and the server's clock says: one that is ahead forgets nothing that is to be kept.
    /// </summary>
    public static Task<int> TrimAsync(
        TimeSpan retention, DateTimeOffset now, int limit, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            DELETE FROM webhook_delivery WHERE delivery_id IN (
                SELECT delivery_id FROM webhook_delivery WHERE finished_at < (SELECT least(@Now, clock_timestamp()) - @Retention) LIMIT @Limit)
            """,
            new { Now = now.UtcDateTime, Retention = retention, Limit = limit },
            transaction,
            cancellationToken: cancellationToken));

    private static Task<int> QueueAsync(
        WebhookMessage message,
        List<Guid> webhooks,
        DateTimeOffset now,
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken) => connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO webhook_delivery (delivery_id, webhook_id, event_id, type, body, status, created_at, due_at)
            SELECT delivery_id, webhook_id, @EventId, @Type, @Body, 'pending', @Now, @Now
            FROM unnest(@Deliveries, @Webhooks) AS t (delivery_id, webhook_id)
            ON CONFLICT (webhook_id, event_id) DO NOTHING
            """,
            new
            {
                message.EventId,
                message.Type,
                message.Body,
                Now = now.UtcDateTime,
                Deliveries = webhooks.Select(_ => Guid.CreateVersion7(now)).ToArray(),
                Webhooks = webhooks.ToArray(),
            },
            transaction,
            cancellationToken: cancellationToken));

    private sealed record AttemptRow(
        Guid DeliveryId, Guid WebhookId, Guid EventId, string Url, string Secret, string Body, int Attempts, DateTime CreatedAt);

    private sealed record Row(
        Guid DeliveryId,
        Guid EventId,
        string Type,
        string Status,
        int Attempts,
        string? Outcome,
        int? StatusCode,
        DateTime CreatedAt,
        DateTime? AttemptedAt,
        DateTime DueAt)
    {
        public DeliveryDocument ToDocument()
        {
            var status = Words<DeliveryStatus>.Parse(Status);
            return new(
                DeliveryId,
                EventId,
                Type,
                status,
                Attempts,
                Outcome is null ? null : Words<AttemptOutcome>.Parse(Outcome),
                StatusCode,
                new DateTimeOffset(CreatedAt),
                AttemptedAt.ToMoment(),
                status is DeliveryStatus.Pending ? new DateTimeOffset(DueAt) : null);
        }
    }
}
