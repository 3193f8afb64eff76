using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Outbox;
using Sure.UtilizationService.Capital;
using Sure.UtilizationService.Idempotency;
using Sure.UtilizationService.Ledger;
using Sure.UtilizationService.Pool;

namespace Sure.UtilizationService.Policies;

/// <summary>What became of an attempt to bind.</summary>
internal abstract record BindOutcome
{
    private BindOutcome()
    {
    }

    /// <summary>Bound, now or when the same request came before.</summary>
    public sealed record Bound(StoredAnswer Answer) : BindOutcome;

    /// <summary>The quote was bound before.</summary>
    public sealed record AlreadyBound : BindOutcome;

    /// <summary>The quote's time is over.</summary>
    public sealed record Expired : BindOutcome;

    /// <summary>There never was such a quote.</summary>
    public sealed record Unknown : BindOutcome;

    /// <summary>The quote was given for information only.</summary>
    public sealed record NotBindable : BindOutcome;

    /// <summary>The key was used for another request.</summary>
    public sealed record Refused(Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult Problem) : BindOutcome;

    /// <summary>The pool cannot carry it.</summary>
    public sealed record Declined(IReadOnlyList<UnderwritingCheck> Failed) : BindOutcome;
}

/// <summary>
/// Binds quotes. The decision, the policy, its journal entry and its event are one transaction under the lock of the pool's row, so that
/// decisions are taken one after the other: of two buyers racing for the last capacity, one wins.
/// </summary>
internal sealed class PolicyBinder(
    NpgsqlDataSource database,
    QuoteClient quotes,
    IOptions<CapitalOptions> capital,
    IOptions<UnderwritingOptions> limits,
    TimeProvider time)
{
    public async Task<BindOutcome> BindQuoteAsync(Guid quoteId, string holder, IdempotentRequest? idempotent, CancellationToken cancellationToken)
    {
        // A request that was answered before is answered before its quote is looked for, which may be gone by now.
        if (idempotent is not null && await FindAnswerAsync(idempotent, cancellationToken) is { } answered)
        {
            return answered;
        }

        var quote = await quotes.FindAsync(quoteId, cancellationToken);

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var pool = await PoolStore.LockAsync(connection, transaction, cancellationToken);
        if (idempotent is not null && await idempotent.ReplayAsync(connection, transaction, cancellationToken) is { } replayed)
        {
            return Translate(replayed);
        }

        if (await PolicyStore.FindByQuoteAsync(connection, transaction, quoteId, cancellationToken) is not null)
        {
            return new BindOutcome.AlreadyBound();
        }

        var now = time.GetUtcNow();
        switch (quote)
        {
            // Ids of quotes carry their time: one of the past that is not there any more has expired.
            case null:
                return quoteId.Version == 7 && QuoteTime(quoteId) < now ? new BindOutcome.Expired() : new BindOutcome.Unknown();
            case { } late when late.ExpiresAt <= now:
                return new BindOutcome.Expired();
            case { Bindable: false }:
                return new BindOutcome.NotBindable();
        }

        var attribution = Attribution.Of(quote.CoverageUsd, capital.Value.LossShares);
        var cover = new ProposedCover(new Product(quote.CoverageType, quote.Chain, quote.Stablecoin), quote.CoverageUsd, attribution);
        var failed = Underwriting.Check(pool.Position, cover, capital.Value, limits.Value).Where(c => !c.Passed).ToList();
        if (failed.Count > 0)
        {
            return new BindOutcome.Declined(failed);
        }

        var policy = Policy.Bind(quote, holder, attribution, now);
        var answer = StoredAnswer.Of(StatusCodes.Status201Created, PolicyDocument.Of(policy, now), $"/api/v2/policies/{policy.PolicyId}");
        await PolicyStore.InsertAsync(connection, transaction, policy, cancellationToken);
        await PoolStore.MoveCoverageAsync(connection, transaction, [policy.ToMove()], cancellationToken);
        await LedgerStore.WriteAsync(connection, transaction, PremiumEntry(policy, now), cancellationToken);
        await connection.AppendEventsAsync(transaction, [BoundEvent(policy, now)], cancellationToken);
        await idempotent.SaveAsync(answer, now, connection, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new BindOutcome.Bound(answer);
    }

    private static JournalEntry PremiumEntry(Policy policy, DateTimeOffset now) => JournalEntry.Of(
        "premium",
        $"{policy.PolicyId}",
        now,
        Posting.Debit(Account.Cash, policy.PremiumUsd),
        Posting.Credit(Account.PremiumUnearned, policy.PremiumUsd));

    private static PolicyBound BoundEvent(Policy policy, DateTimeOffset now) => new(
        Guid.CreateVersion7(now),
        now,
        policy.PolicyId,
        policy.QuoteId,
        policy.Product.CoverageType,
        policy.Product.Chain,
        policy.Product.Stablecoin,
        policy.CoverageUsd,
        policy.PremiumUsd,
        policy.StandardRate,
        policy.Terms,
        policy.StartsAt,
        policy.EndsAt);

    private static DateTimeOffset QuoteTime(Guid version7) =>
        DateTimeOffset.FromUnixTimeMilliseconds(Convert.ToInt64(version7.ToString("N")[..12], fromBase: 16));

    private static BindOutcome Translate(MoneyOutcome outcome) => outcome switch
    {
        MoneyOutcome.Moved moved => new BindOutcome.Bound(moved.Answer),
        MoneyOutcome.Refused refused => new BindOutcome.Refused(refused.Problem),
        _ => throw new InvalidOperationException($"No translation of {outcome}."),
    };

    private async Task<BindOutcome?> FindAnswerAsync(IdempotentRequest idempotent, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await idempotent.ReplayAsync(connection, transaction: null, cancellationToken) is { } kept ? Translate(kept) : null;
    }
}
