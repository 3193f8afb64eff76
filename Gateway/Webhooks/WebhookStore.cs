using Dapper;
using Npgsql;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Writing;
using Sure.Gateway.Audit;
using Sure.ServiceDefaults.Identity;
using Sure.ServiceDefaults.Paging;

namespace Sure.Gateway.Webhooks;

/// <summary>Webhooks in PostgreSQL.</summary>
internal sealed class WebhookStore(NpgsqlDataSource database, SecurityWatch watch)
{
    private const string Columns = "webhook_id, url, events, secret, created_by, created_at";

    /// <summary>Adds one that <paramref name="maker"/> made unless there are <paramref name="most"/> already, and writes that down; whether it was added.</summary>
    public async Task<bool> TryAddAsync(Webhook webhook, Caller maker, int most, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Two that are added at the same time shall see each other.
        var added = await connection.ExecuteAsync(new CommandDefinition(
            $"""
            SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ':webhooks', 0));
            INSERT INTO webhook ({Columns})
            SELECT @WebhookId, @Url, @Events, @Secret, @CreatedBy, @CreatedAt WHERE (SELECT count(*) FROM webhook) < @Most
            """,
            new
            {
                webhook.WebhookId,
                webhook.Url,
                Events = webhook.Events.Select(e => e.Word()).ToArray(),
                webhook.Secret,
                webhook.CreatedBy,
                CreatedAt = webhook.CreatedAt.UtcDateTime,
                Most = most,
            },
            transaction,
            cancellationToken: cancellationToken));
        if (added > 0)
        {
            await WriteDownAsync(connection, transaction, SecurityKind.WebhookMade, "made", webhook, maker, webhook.CreatedAt, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return added > 0;
    }

    public async Task<Webhook?> FindAsync(Guid webhookId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            $"SELECT {Columns} FROM webhook WHERE webhook_id = @Id", new { Id = webhookId }, cancellationToken: cancellationToken));
        return row?.ToWebhook();
    }

    /// <summary>One that stays until the transaction ends; null when there is no such webhook.</summary>
    public static async Task<Webhook?> HoldAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid webhookId, CancellationToken cancellationToken)
    {
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            $"SELECT {Columns} FROM webhook WHERE webhook_id = @Id FOR KEY SHARE", new { Id = webhookId }, transaction, cancellationToken: cancellationToken));
        return row?.ToWebhook();
    }

    /// <summary>A page of them, newest first.</summary>
    public async Task<IReadOnlyList<Webhook>> ListAsync(PageRequest page, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"SELECT {Columns} FROM webhook WHERE @Before::uuid IS NULL OR webhook_id < @Before ORDER BY webhook_id DESC LIMIT @Limit",
            new { page.Before, page.Limit },
            cancellationToken: cancellationToken));
        return [.. rows.Select(r => r.ToWebhook())];
    }

    /// <summary>Forgets one with everything that was or is to be sent to it, and writes down who did; whether it was there.</summary>
    public async Task<bool> DeleteAsync(Guid webhookId, Caller deleter, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            $"DELETE FROM webhook WHERE webhook_id = @Id RETURNING {Columns}", new { Id = webhookId }, transaction, cancellationToken: cancellationToken));
        if (row is null)
        {
            return false;
        }

        await WriteDownAsync(connection, transaction, SecurityKind.WebhookDeleted, "deleted", row.ToWebhook(), deleter, now, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>
    /// Writes down within the transaction what was done with a webhook. Of the URL only the host: the rest of it may be what lets one post there,
    /// and the trail is never emptied.
    /// </summary>
    public Task WriteDownAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string kind, string verb, Webhook webhook, Caller caller, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var host = new Uri(webhook.Url).Authority;
        var batch = new WriteBatch(connection, transaction);
        watch.Write(
            batch,
            kind,
            caller.ClientId ?? "",
            caller.Subject ?? "",
            kind,
            new { webhook.WebhookId, Host = host, webhook.Events },
            $"{caller.Subject} {verb} a webhook to {host}.",
            now);
        return batch.ExecuteAsync(cancellationToken);
    }

    private sealed class Row
    {
        public Guid WebhookId { get; init; }

        public string Url { get; init; } = "";

        public string[] Events { get; init; } = [];

        public string Secret { get; init; } = "";

        public string CreatedBy { get; init; } = "";

        public DateTime CreatedAt { get; init; }

        public Webhook ToWebhook() =>
            new(WebhookId, Url, [.. Events.Select(Words<WebhookEvent>.Parse)], Secret, CreatedBy, new DateTimeOffset(CreatedAt));
    }
}
