using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Contracts.Vocabulary;
using Sure.UtilizationService.Capital;
using Sure.UtilizationService.Claims.Rules;
using Sure.UtilizationService.Idempotency;
using Sure.UtilizationService.Ledger;
using Sure.UtilizationService.Market;
using Sure.UtilizationService.Policies;
using Sure.UtilizationService.Pool;
using Sure.UtilizationService.Premiums;

namespace Sure.UtilizationService.Vault;

/// <summary>Takes capital in and pays it out; mints and burns shares at net asset value.</summary>
internal sealed class VaultMovements(
    NpgsqlDataSource database,
    IOptions<CapitalOptions> capital,
    IOptions<UnderwritingOptions> limits,
    IOptions<TriggerOptions> triggers,
    IOptions<KnownEventOptions> knownEvents,
    TimeProvider time)
{
    public Task<MoneyOutcome> DepositAsync(
        DepositRequest request, string account, string actor, IdempotentRequest? idempotent, CancellationToken cancellationToken) => MoveAsync(
        VaultDirection.Deposit,
        request.TrancheId,
        account,
        actor,
        (view, _) => VaultRules.Deposit(view, request.AmountUsd, capital.Value),
        idempotent,
        cancellationToken);

    public Task<MoneyOutcome> WithdrawAsync(
        WithdrawalRequest request, string account, string actor, IdempotentRequest? idempotent, CancellationToken cancellationToken) => MoveAsync(
        VaultDirection.Withdraw,
        request.TrancheId,
        account,
        actor,
        (view, stops) => VaultRules.Withdraw(view, request.AmountUsd, request.Shares, stops, capital.Value, limits.Value),
        idempotent,
        cancellationToken);

    private async Task<MoneyOutcome> MoveAsync(
        VaultDirection direction,
        Tranche tranche,
        string account,
        string actor,
        Func<VaultView, WithdrawalStops, VaultDecision> decide,
        IdempotentRequest? idempotent,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var pool = await PoolStore.LockAsync(connection, transaction, cancellationToken);
        if (idempotent is not null && await idempotent.ReplayAsync(connection, transaction, cancellationToken) is { } replayed)
        {
            return replayed;
        }

        // Whoever waited for the pool moves at the time of its turn, after what was booked before.
        var now = time.GetUtcNow();
        // What premiums have earned so far belongs to those who were there before; who leaves takes it along.
        if (await PremiumBooking.TryBookAsync(connection, transaction, pool, now, capital.Value.PremiumBookingPatience, cancellationToken) is not { } position)
        {
            return PremiumBooking.TakesTooLong();
        }

        var view = await VaultStore.ReadAsync(connection, transaction, position, tranche, account, cancellationToken);
        var deposits = direction is VaultDirection.Deposit;
        // Whoever waited for the pool is held against what is known after that.
        var stops = deposits
            ? WithdrawalStops.None
            : await VaultStore.ReadStopsAsync(connection, transaction, pool, triggers.Value, knownEvents.Value, time.GetUtcNow(), cancellationToken);
        var decision = decide(view, stops);
        if (decision is not { Refusal: null, Move: { } move })
        {
            return VaultAnswer.Refuse(decision.Refusal!);
        }

        var (kind, shares, debit, credit) = deposits
            ? ("deposit", move.Shares, Account.Cash, Account.Capital(tranche))
            : ("withdrawal", -move.Shares, Account.Capital(tranche), Account.Cash);
        var entry = JournalEntry.Of(kind, account, now, Posting.Debit(debit, move.AmountUsd), Posting.Credit(credit, move.AmountUsd));
        var movement = new ShareMovement(entry, kind, account, tranche, shares);
        return await VaultAnswer.MoveAsync(connection, transaction, movement, view, move, actor, idempotent, cancellationToken);
    }
}
