using Npgsql;
using Sure.UtilizationService.Idempotency;
using Sure.UtilizationService.Policies;

namespace Sure.UtilizationService.Claims;

/// <summary>Files claims for holders: judges the policy by what is recorded and has the <see cref="Settlement"/> decide.</summary>
internal sealed class ClaimFiling(NpgsqlDataSource database, ClaimStore claims, ClaimJudge judge, Settlement settlement, TimeProvider time)
{
    /// <summary>
    /// Files a claim on <paramref name="policy"/>. Filing twice is no second claim: one that stands is answered as it is. By that nothing is
    /// moved, so it is no answer that a key keeps.
    /// </summary>
    public async Task<MoneyOutcome> FileAsync(Policy policy, string actor, IdempotentRequest? idempotent, CancellationToken cancellationToken)
    {
        // Looked for before anything is judged, and before a claim that stands: a request that was answered gets its answer again.
        if (idempotent is not null && await FindAnswerAsync(idempotent, cancellationToken) is { } answered)
        {
            return answered;
        }

        return await claims.FindStandingAsync(policy.PolicyId, cancellationToken) is { } standing
            ? new MoneyOutcome.Moved(StoredAnswer.Of(StatusCodes.Status200OK, ClaimDocument.Of(standing, time.GetUtcNow())))
            : await settlement.FileAsync(await judge.JudgeAsync(policy, cancellationToken), actor, idempotent, cancellationToken);
    }

    private async Task<MoneyOutcome?> FindAnswerAsync(IdempotentRequest idempotent, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await idempotent.ReplayAsync(connection, transaction: null, cancellationToken);
    }
}
