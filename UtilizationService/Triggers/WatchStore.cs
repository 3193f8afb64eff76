using Dapper;
using Npgsql;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Leases;
using Sure.Coordination.Reading;
using Sure.Coordination.Writing;
using Sure.UtilizationService.Policies;
using Sure.UtilizationService.Pool;

namespace Sure.UtilizationService.Triggers;

/// <summary>How far the trigger watch has come, and the runs that go on; in PostgreSQL, so that whoever leads next goes on from there.</summary>
internal sealed class WatchStore(NpgsqlDataSource database)
{
    /// <summary>The last point that was judged, by coin.</summary>
    public async Task<IReadOnlyDictionary<Stablecoin, long>> ReadJudgedAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<(string Stablecoin, long Point)>(new CommandDefinition(
            "SELECT stablecoin, coalesce(w.judged_point, 0) FROM peg LEFT JOIN watch_position w USING (stablecoin)", cancellationToken: cancellationToken));
        return rows.ToDictionary(r => Words<Stablecoin>.Parse(r.Stablecoin), r => r.Point);
    }

    /// <summary>
    /// The active policies that new points concern: those with a run, and those whose trigger the points reach. Sales that are being
    /// decided at this moment are waited for, so that a policy in force when a point was made is among them.
    /// </summary>
    /// <param name="coin">The coin.</param>
    /// <param name="lowestRatio">Lowest peg ratio of the points; null where none has any.</param>
    /// <param name="cexTrigger">Peg ratio that triggers <c>cex_liquidation</c> where a policy states none.</param>
    /// <param name="disagreement">Whether the sources of a point disagree as much as <c>oracle</c> cover asks for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<WatchedPolicy>> FindConcernedAsync(
        Stablecoin coin, decimal? lowestRatio, decimal cexTrigger, bool disagreement, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var rows = await connection.QueryAsync<(Guid PolicyId, DateTime? StartedAt)>(new CommandDefinition(
            $"""
            {PoolStore.WaitSql}
            SELECT policy_id, started_at FROM policy LEFT JOIN trigger_run USING (policy_id)
            WHERE policy.status = 'active' AND policy.stablecoin = @Coin AND (
                started_at IS NOT NULL
                OR (coverage_type = 'depeg' AND trigger_price >= @Lowest)
                OR (coverage_type = 'cex_liquidation' AND coalesce(trigger_price, @CexTrigger) >= @Lowest)
                OR (coverage_type = 'oracle' AND @Disagreement))
            """,
            new { Coin = coin.Word(), Lowest = lowestRatio, CexTrigger = cexTrigger, Disagreement = disagreement },
            transaction,
            cancellationToken: cancellationToken));
        var runs = rows.ToDictionary(r => r.PolicyId, r => r.StartedAt);
        var policies = await PolicyStore.ReadAsync(connection, [.. runs.Keys], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return [.. policies.Select(p => new WatchedPolicy(p, runs[p.PolicyId].ToMoment()))];
    }

    /// <summary>Up to <paramref name="limit"/> active policies of a coverage type on some chains that were in force at a moment.</summary>
    public async Task<IReadOnlyList<Policy>> FindInForceAsync(
        CoverageType type, IReadOnlyCollection<Chain> chains, Stablecoin? coin, DateTimeOffset at, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var ids = await connection.QueryAsync<Guid>(new CommandDefinition(
            $"""
            {PoolStore.WaitSql}
            SELECT policy_id FROM policy
            WHERE status = 'active' AND coverage_type = @Type AND chain = ANY (@Chains) AND (@Coin::text IS NULL OR stablecoin = @Coin)
              AND @At BETWEEN starts_at AND ends_at
            ORDER BY policy_id LIMIT @Limit
            """,
            new { Type = type.Word(), Chains = chains.Select(c => c.Word()).ToArray(), Coin = coin?.Word(), At = at.UtcDateTime, Limit = limit },
            transaction,
            cancellationToken: cancellationToken));
        var policies = await PolicyStore.ReadAsync(connection, [.. ids], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return policies;
    }

    /// <summary>Every policy the points of <paramref name="coin"/> concern has been decided up to <paramref name="last"/>.</summary>
    /// <param name="coin">The coin.</param>
    /// <param name="last">The last point judged.</param>
    /// <param name="runs">The runs that go on.</param>
    /// <param name="over">Policies whose run is over.</param>
    /// <param name="term">The term of the watch.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task AdvanceAsync(
        Stablecoin coin,
        RecordedPoint last,
        IReadOnlyCollection<TriggerRun> runs,
        IReadOnlyCollection<Guid> over,
        LeaseTerm term,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await term.GuardAsync(connection, transaction, cancellationToken);
        var batch = new WriteBatch(connection, transaction);
        if (runs.Count > 0)
        {
            // Under the lock of the pool, as a policy that a holder's claim has just ended must not keep a run.
            batch.Add("SELECT one FROM pool FOR UPDATE");
            batch.Add(
                """
                INSERT INTO trigger_run (policy_id, stablecoin, started_at, due_at)
                SELECT r.policy_id, stablecoin, started_at, due_at
                FROM unnest($1, $2, $3) AS r (policy_id, started_at, due_at) JOIN policy ON policy.policy_id = r.policy_id AND status = 'active'
                ON CONFLICT (policy_id) DO UPDATE SET started_at = excluded.started_at, due_at = excluded.due_at
                """,
                runs.Select(r => r.PolicyId).ToArray(),
                runs.Select(r => r.StartedAt.UtcDateTime).ToArray(),
                runs.Select(r => r.DueAt.UtcDateTime).ToArray());
        }

        if (over.Count > 0)
        {
            batch.Add("DELETE FROM trigger_run WHERE policy_id = ANY ($1)", over.ToArray());
        }

        batch.Add(
            """
            INSERT INTO watch_position (stablecoin, judged_point, judged_until) VALUES ($1, $2, $3)
            ON CONFLICT (stablecoin) DO UPDATE SET judged_point = excluded.judged_point, judged_until = excluded.judged_until
            """,
            coin.Word(),
            last.PointId,
            last.Point.At.UtcDateTime);
        await batch.ExecuteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Those of these policies whose run goes on.</summary>
    public async Task<IReadOnlySet<Guid>> FindRunningAsync(Guid[] policyIds, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var ids = await connection.QueryAsync<Guid>(new CommandDefinition(
            "SELECT policy_id FROM trigger_run WHERE policy_id = ANY (@Ids)", new { Ids = policyIds }, cancellationToken: cancellationToken));
        return ids.ToHashSet();
    }

    /// <summary>The policies with these ids, whatever their status.</summary>
    public async Task<IReadOnlyList<Policy>> ReadPoliciesAsync(Guid[] policyIds, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await PolicyStore.ReadAsync(connection, policyIds, cancellationToken);
    }

    /// <summary>Every policy the exploit concerns has been decided.</summary>
    public Task MarkExploitSettledAsync(Guid exploitId, DateTimeOffset now, LeaseTerm term, CancellationToken cancellationToken) =>
        MarkSettledAsync("UPDATE exploit SET settled_at = $1 WHERE exploit_id = $2", exploitId, now, term, cancellationToken);

    /// <summary>Every policy the incident concerns has been decided.</summary>
    public Task MarkIncidentSettledAsync(Guid incidentId, DateTimeOffset now, LeaseTerm term, CancellationToken cancellationToken) =>
        MarkSettledAsync("UPDATE incident SET settled_at = $1 WHERE incident_id = $2", incidentId, now, term, cancellationToken);

    private async Task MarkSettledAsync(string sql, Guid id, DateTimeOffset now, LeaseTerm term, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await term.GuardAsync(connection, transaction, cancellationToken);
        var batch = new WriteBatch(connection, transaction);
        batch.Add(sql, now.UtcDateTime, id);
        await batch.ExecuteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}

/// <summary>A policy the watch looks at.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="RunStartedAt">Since when its run goes on; null where it has none.</param>
internal sealed record WatchedPolicy(Policy Policy, DateTimeOffset? RunStartedAt);

/// <summary>A run that has begun and neither completed nor broken.</summary>
/// <param name="PolicyId">Whose trigger it may meet.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="DueAt">When it completes if nothing breaks it.</param>
internal sealed record TriggerRun(Guid PolicyId, DateTimeOffset StartedAt, DateTimeOffset DueAt);
