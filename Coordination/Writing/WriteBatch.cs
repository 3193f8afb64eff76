using Npgsql;

namespace Sure.Coordination.Writing;

/// <summary>Statements of one transaction that go to PostgreSQL together: one round trip, whatever their number.</summary>
public sealed class WriteBatch(NpgsqlConnection connection, NpgsqlTransaction transaction)
{
    private readonly List<NpgsqlBatchCommand> _statements = [];

    /// <summary>Adds a statement that yields nothing; <paramref name="values"/> are its parameters $1, $2 …</summary>
    public void Add(string sql, params ReadOnlySpan<object?> values)
    {
#pragma warning disable CA2100 // The text is a constant of the caller; values are parameters.
        var statement = new NpgsqlBatchCommand(sql);
#pragma warning restore CA2100
        foreach (var value in values)
        {
            statement.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        }

        _statements.Add(statement);
    }

    /// <summary>Sends what was added, in its order, and empties the batch.</summary>
    public async Task ExecuteAsync(CancellationToken cancellationToken)
    {
        if (_statements.Count == 0)
        {
            return;
        }

        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var statement in _statements)
        {
            batch.BatchCommands.Add(statement);
        }

        _statements.Clear();
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
