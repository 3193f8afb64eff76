using System.Text.Json;
using Dapper;
using Npgsql;
using Sure.Contracts.Calls;
using Sure.Contracts.Json;
using Sure.Coordination.Writing;

namespace Sure.Coordination.Audit;

/// <summary>Who did what by hand, and what the platform did by itself; append-only. Needs a table <c>audit</c> in the schema of the service.</summary>
public sealed class AuditTrail(NpgsqlDataSource database)
{
    /// <summary>The actor of what no person did.</summary>
    public const string Platform = "platform";

    /// <summary>Adds a record to the batch.</summary>
    /// <param name="batch">Statements of the change itself.</param>
    /// <param name="actor">The caller's subject, or <see cref="Platform"/>.</param>
    /// <param name="action">What was done, for example <c>breaker_reset</c>.</param>
    /// <param name="detail">What it was done to; becomes JSON.</param>
    /// <param name="now">When.</param>
    public static void Write(WriteBatch batch, string actor, string action, object detail, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(batch);
        batch.Add(
            "INSERT INTO audit (audit_id, at, actor, action, detail) VALUES ($1, $2, $3, $4, $5::jsonb)",
            Guid.CreateVersion7(now),
            now.ToUniversalTime(),
            actor,
            action,
            JsonSerializer.Serialize(detail, SureJson.Internal));
    }

    /// <summary>Records, newest first, after <paramref name="before"/>.</summary>
    public async Task<IReadOnlyList<AuditRecord>> ReadAsync(Guid? before, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"""
            SELECT audit_id, at, actor, action, detail::text AS detail FROM audit
            {(before is null ? "" : "WHERE audit_id < @Before")} ORDER BY audit_id DESC LIMIT @Limit
            """,
            new { Before = before, Limit = limit },
            cancellationToken: cancellationToken));
        return [.. rows.Select(r => new AuditRecord(r.AuditId, new DateTimeOffset(r.At), r.Actor, r.Action, JsonSerializer.Deserialize<JsonElement>(r.Detail)))];
    }

    private sealed record Row(Guid AuditId, DateTime At, string Actor, string Action, string Detail);
}
