using Dapper;
using Npgsql;
using Sure.Coordination.Writing;

namespace Sure.UtilizationService.Claims.Evidence;

/// <summary>The evidence chain in PostgreSQL. Links are added under the lock of the pool, one after the other.</summary>
internal sealed class EvidenceStore(NpgsqlDataSource database)
{
    /// <summary>Reads the end of the chain.</summary>
    public static async Task<EvidenceLink> ReadLastAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        await connection.QuerySingleOrDefaultAsync<EvidenceLink>(new CommandDefinition(
            "SELECT number, hash FROM evidence ORDER BY number DESC LIMIT 1", transaction: transaction, cancellationToken: cancellationToken))
        ?? EvidenceLink.Start;

    /// <summary>Adds decisions to the batch, in their order.</summary>
    public static void Write(WriteBatch batch, IReadOnlyCollection<KeptEvidence> evidence) => batch.Add(
        "INSERT INTO evidence (number, claim_id, previous_hash, hash, body) SELECT * FROM unnest($1, $2, $3, $4, $5)",
        evidence.Select(e => e.Number).ToArray(),
        evidence.Select(e => e.ClaimId).ToArray(),
        evidence.Select(e => e.PreviousHash).ToArray(),
        evidence.Select(e => e.Hash).ToArray(),
        evidence.Select(e => e.Body).ToArray());

    /// <summary>The evidence of a claim; null while it is not decided.</summary>
    public async Task<EvidenceBundle?> FindAsync(Guid claimId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<KeptEvidence>(new CommandDefinition(
            "SELECT number, claim_id, previous_hash, hash, body FROM evidence WHERE claim_id = @ClaimId", new { ClaimId = claimId }, cancellationToken: cancellationToken));
        return row?.ToBundle();
    }

    /// <summary>The hashes in order, after <paramref name="number"/>.</summary>
    public async Task<IReadOnlyList<ChainedHash>> ListAsync(long number, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<ChainedHash>(new CommandDefinition(
            "SELECT number, previous_hash, hash FROM evidence WHERE number > @Number ORDER BY number LIMIT @Limit",
            new { Number = number, Limit = limit },
            cancellationToken: cancellationToken));
        return [.. rows];
    }
}

/// <summary>One link of the chain as everybody may see it.</summary>
internal sealed record ChainedHash(long Number, string PreviousHash, string Hash);
