using Dapper;
using Npgsql;

namespace Sure.Gateway.Callers;

/// <summary>Public keys of all instances in PostgreSQL.</summary>
internal sealed class SigningKeyStore(NpgsqlDataSource database)
{
    /// <summary>Publishes a key, or prolongs it, and forgets those that are over.</summary>
    public async Task PublishAsync(string keyId, string publicKey, DateTimeOffset expiresAt, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO signing_key (kid, jwk, expires_at) VALUES (@keyId, @publicKey::jsonb, @expiresAt)
            ON CONFLICT (kid) DO UPDATE SET expires_at = excluded.expires_at;
            DELETE FROM signing_key WHERE expires_at < @now;
            """,
            new { keyId, publicKey, expiresAt, now },
            cancellationToken: cancellationToken));
    }

    public async Task<IReadOnlyList<PublishedKey>> ReadAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<PublishedKey>(new CommandDefinition(
            "SELECT kid, jwk::text AS jwk, expires_at FROM signing_key WHERE expires_at >= @now ORDER BY expires_at DESC",
            new { now },
            cancellationToken: cancellationToken))];
    }
}

/// <summary>The public key of some instance.</summary>
internal sealed record PublishedKey(string Kid, string Jwk, DateTime ExpiresAt);
