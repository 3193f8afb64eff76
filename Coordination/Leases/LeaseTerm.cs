using Dapper;
using Npgsql;

namespace Sure.Coordination.Leases;

/// <summary>The time during which this instance leads. Its writes carry it, so that a leader that was stopped and wakes up changes nothing.</summary>
/// <param name="Name">Of the lease.</param>
/// <param name="Epoch">Grows with every change of leader.</param>
public sealed record LeaseTerm(string Name, long Epoch)
{
    /// <summary>
    /// Makes the transaction part of this term: it fails here when another instance leads by now, and a take-over waits until it has
    /// ended. The transaction of a leader stopped in the middle is ended by the server, so that it holds nobody up.
    /// </summary>
    /// <exception cref="LeaseLostException">Another instance leads.</exception>
    public async Task GuardAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        // FOR KEY SHARE holds a take-over (which locks the row FOR UPDATE) back until this transaction ends, but not our own renewals.
        var held = await connection.ExecuteScalarAsync<bool?>(new CommandDefinition(
            "SELECT true FROM lease WHERE name = @Name AND epoch = @Epoch FOR KEY SHARE",
            new { Name, Epoch },
            transaction,
            cancellationToken: cancellationToken));
        if (held is not true)
        {
            throw new LeaseLostException(Name, Epoch);
        }
    }
}

/// <summary>A write came from an instance that does not lead any more; nothing was changed.</summary>
public sealed class LeaseLostException(string name, long epoch)
    : Exception($"The lease {name} is not held in epoch {epoch} any more.");
