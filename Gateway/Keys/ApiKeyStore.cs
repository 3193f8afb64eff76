using Dapper;
using Npgsql;
using Sure.Coordination.Audit;
using Sure.Coordination.Reading;
using Sure.Coordination.Writing;
using Sure.Gateway.Audit;
using Sure.ServiceDefaults.Identity;
using Sure.ServiceDefaults.Paging;

namespace Sure.Gateway.Keys;

/// <summary>Keys in PostgreSQL.</summary>
internal sealed class ApiKeyStore(NpgsqlDataSource database, SecurityWatch watch)
{
    private const string Columns =
        "id, prefix, salt, hash, subject, scopes, sources, makers, label, limit_scale, created_at, expires_at, revoked_at, last_used_at";

    private const string Values =
        "@Id, @Prefix, @Salt, @Hash, @Subject, @Scopes, @Sources, @Makers, @Label, @LimitScale, @CreatedAt, @ExpiresAt, @RevokedAt, @LastUsedAt";

    public async Task<ApiKey?> FindAsync(string prefix, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            $"SELECT {Columns} FROM api_key WHERE prefix = @prefix", new { prefix }, cancellationToken: cancellationToken));
        return row?.ToKey();
    }

    /// <summary>A key by its id.</summary>
    public async Task<ApiKey?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            $"SELECT {Columns} FROM api_key WHERE id = @id", new { id }, cancellationToken: cancellationToken));
        return row?.ToKey();
    }

    /// <summary>Keys, newest first.</summary>
    public async Task<IReadOnlyList<ApiKey>> ListAsync(PageRequest page, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"SELECT {Columns} FROM api_key WHERE @Before::uuid IS NULL OR id < @Before ORDER BY id DESC LIMIT @Limit",
            new { page.Before, page.Limit },
            cancellationToken: cancellationToken));
        return [.. rows.Select(r => r.ToKey())];
    }

    /// <summary>Keeps a key that <paramref name="maker"/> made, and writes that down.</summary>
    public Task AddAsync(ApiKey key, Caller maker, CancellationToken cancellationToken) =>
        AddAsync(key, maker.ClientId ?? "", maker.Subject ?? "", cancellationToken);

    /// <summary>Keeps a key that the platform made itself, and writes that down.</summary>
    public Task AddAsync(ApiKey key, CancellationToken cancellationToken) => AddAsync(key, AuditTrail.Platform, AuditTrail.Platform, cancellationToken);

    /// <summary>Keeps <paramref name="key"/> where no other with the scope <c>admin</c> is good, and writes that down; whether it did.</summary>
    public async Task<bool> AddFirstAsync(ApiKey key, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Instances that start together have the same key: who comes second finds its prefix taken.
        var kept = await connection.ExecuteAsync(new CommandDefinition(
            $"""
             INSERT INTO api_key ({Columns})
             SELECT {Values}
             WHERE NOT EXISTS (SELECT FROM api_key WHERE '{Scope.Admin}' = ANY (scopes) AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > @CreatedAt))
             ON CONFLICT (prefix) DO NOTHING
             """,
            key,
            transaction,
            cancellationToken: cancellationToken)) == 1;
        if (kept)
        {
            var batch = new WriteBatch(connection, transaction);
            watch.Write(
                batch,
                SecurityKind.KeyMade,
                AuditTrail.Platform,
                AuditTrail.Platform,
                SecurityKind.KeyMade,
                ShownKey.Of(key),
                $"The first key was let in, with the scopes {string.Join(", ", key.Scopes)}.",
                key.CreatedAt);
            await batch.ExecuteAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return kept;
    }

    /// <summary>Takes a key back, and writes that down; one that was revoked before stays as it is. Null where there is none.</summary>
    public async Task<ApiKey?> RevokeAsync(Guid id, Caller revoker, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            $"SELECT {Columns} FROM api_key WHERE id = @id FOR UPDATE", new { id }, transaction, cancellationToken: cancellationToken));
        if (row?.ToKey() is not { RevokedAt: null } key)
        {
            return row?.ToKey();
        }

        var revoked = key with { RevokedAt = now };
        var batch = new WriteBatch(connection, transaction);
        batch.Add("UPDATE api_key SET revoked_at = $1 WHERE id = $2", now.ToUniversalTime(), id);
        watch.Write(
            batch,
            SecurityKind.KeyRevoked,
            revoker.ClientId ?? "",
            revoker.Subject ?? "",
            SecurityKind.KeyRevoked,
            ShownKey.Of(revoked),
            $"{revoker.Subject} revoked a key of {key.Subject}.",
            now);
        await batch.ExecuteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return revoked;
    }

    /// <summary>Writes down when keys were last used.</summary>
    public async Task NoteUsesAsync(IReadOnlyCollection<KeyValuePair<Guid, DateTimeOffset>> uses, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            UPDATE api_key SET last_used_at = greatest(api_key.last_used_at, used.at)
            FROM unnest(@Ids, @Times) AS used(id, at) WHERE api_key.id = used.id
            """,
            new { Ids = uses.Select(u => u.Key).ToArray(), Times = uses.Select(u => u.Value.UtcDateTime).ToArray() },
            cancellationToken: cancellationToken));
    }

    private async Task AddAsync(ApiKey key, string client, string maker, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            $"INSERT INTO api_key ({Columns}) VALUES ({Values})", key, transaction, cancellationToken: cancellationToken));
        var batch = new WriteBatch(connection, transaction);
        watch.Write(
            batch,
            SecurityKind.KeyMade,
            client,
            maker,
            SecurityKind.KeyMade,
            ShownKey.Of(key),
            $"{maker} made a key for {key.Subject} with the scopes {string.Join(", ", key.Scopes)}.",
            key.CreatedAt);
        await batch.ExecuteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private sealed class Row
    {
        public Guid Id { get; init; }

        public string Prefix { get; init; } = "";

        public byte[] Salt { get; init; } = [];

        public byte[] Hash { get; init; } = [];

        public string Subject { get; init; } = "";

        public string[] Scopes { get; init; } = [];

        public string[] Sources { get; init; } = [];

        public string[] Makers { get; init; } = [];

        public string Label { get; init; } = "";

        public decimal LimitScale { get; init; }

        public DateTime CreatedAt { get; init; }

        public DateTime? ExpiresAt { get; init; }

        public DateTime? RevokedAt { get; init; }

        public DateTime? LastUsedAt { get; init; }

        public ApiKey ToKey() => new(
            Id,
            Prefix,
            Salt,
            Hash,
            Subject,
            Scopes,
            Sources,
            Makers,
            Label,
            LimitScale,
            new DateTimeOffset(CreatedAt),
            ExpiresAt.ToMoment(),
            RevokedAt.ToMoment(),
            LastUsedAt.ToMoment());
    }
}
