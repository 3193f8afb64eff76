using Dapper;
using Npgsql;
using Sure.Coordination.Reading;

namespace Sure.Gateway.Keys;

/// <summary>Keys in PostgreSQL.</summary>
internal sealed class ApiKeyStore(NpgsqlDataSource database)
{
    private const string Columns = "id, prefix, salt, hash, subject, scopes, sources, limit_scale, created_at, expires_at, revoked_at";

    public async Task<ApiKey?> FindAsync(string prefix, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            $"SELECT {Columns} FROM api_key WHERE prefix = @prefix", new { prefix }, cancellationToken: cancellationToken));
        return row?.ToKey();
    }

    public async Task InsertAsync(ApiKey key, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            $"""
             INSERT INTO api_key ({Columns})
             VALUES (@Id, @Prefix, @Salt, @Hash, @Subject, @Scopes, @Sources, @LimitScale, @CreatedAt, @ExpiresAt, @RevokedAt)
             """,
            key,
            cancellationToken: cancellationToken));
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

        public decimal LimitScale { get; init; }

        public DateTime CreatedAt { get; init; }

        public DateTime? ExpiresAt { get; init; }

        public DateTime? RevokedAt { get; init; }

        public ApiKey ToKey() => new(
            Id, Prefix, Salt, Hash, Subject, Scopes, Sources, LimitScale, new DateTimeOffset(CreatedAt), ExpiresAt.ToMoment(), RevokedAt.ToMoment());

    }
}
