using Npgsql;
using Sure.Coordination.Writing;
using Sure.UtilizationService.Idempotency;
using Sure.UtilizationService.Policies;
using Sure.UtilizationService.Pool;

namespace Sure.UtilizationService.Claims;

/// <summary>Files claims for holders: judges the policy by what is recorded and has the <see cref="Settlement"/> decide.</summary>
internal sealed class ClaimFiling(NpgsqlDataSource database, ClaimStore claims, ClaimJudge judge, Settlement settlement, TimeProvider time)
{
    /// <summary>
    /// Files a claim on <paramref name="policy"/>. Filing twice is no second claim: one that stands is answered as it is, and that answer is
    /// kept under a key like any other.
    /// </summary>
    public async Task<MoneyOutcome> FileAsync(Policy policy, string actor, IdempotentRequest? idempotent, CancellationToken cancellationToken)
    {
        // Looked for before anything is judged, and before a claim that stands: a request that was answered gets its answer again.
        if (idempotent is not null && await FindAnswerAsync(idempotent, cancellationToken) is { } answered)
        {
            return answered;
        }

        return await claims.FindStandingAsync(policy.PolicyId, cancellationToken) is { } standing
            ? await AnswerAsync(standing, idempotent, cancellationToken)
            : await settlement.FileAsync(await judge.JudgeAsync(policy, cancellationToken), actor, idempotent, cancellationToken);
    }

    /// <summary>The claim as it stands, or what another request under the same key was answered in the meantime.</summary>
    private async Task<MoneyOutcome> AnswerAsync(Claim standing, IdempotentRequest? idempotent, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var answer = StoredAnswer.Of(StatusCodes.Status200OK, ClaimDocument.Of(standing, now));
        if (idempotent is null)
        {
            return new MoneyOutcome.Moved(answer);
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // All answers are kept under the lock of the pool: of two requests under one key that come at once, one is first.
        await PoolStore.LockAsync(connection, transaction, cancellationToken);
        if (await idempotent.ReplayAsync(connection, transaction, cancellationToken) is { } replayed)
        {
            return replayed;
        }

        var batch = new WriteBatch(connection, transaction);
        IdempotencyStore.Save(batch, idempotent, answer, now);
        await batch.ExecuteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new MoneyOutcome.Moved(answer);
    }

    private async Task<MoneyOutcome?> FindAnswerAsync(IdempotentRequest idempotent, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await idempotent.ReplayAsync(connection, transaction: null, cancellationToken);
    }
}
