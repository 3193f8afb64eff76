using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Coordination.Audit;
using Sure.Coordination.Writing;
using Sure.ServiceDefaults.Problems;
using Sure.UtilizationService.Capital;
using Sure.UtilizationService.Claims;
using Sure.UtilizationService.Idempotency;
using Sure.UtilizationService.Ledger;
using Sure.UtilizationService.Premiums;

namespace Sure.UtilizationService.Pool;

/// <summary>Where deployed capital goes.</summary>
public enum DeploymentDirection
{
    /// <summary>Out, to earn elsewhere.</summary>
    [System.Text.Json.Serialization.JsonStringEnumMemberName("deploy")]
    Deploy,

    /// <summary>Back into cash.</summary>
    [System.Text.Json.Serialization.JsonStringEnumMemberName("return")]
    Return,
}

/// <summary>Body of <c>POST /api/v2/pool/deployments</c>.</summary>
/// <param name="Direction">Out or back.</param>
/// <param name="AmountUsd">The capital that moves, without its gain.</param>
/// <param name="GainUsd">On return: what it gained, or lost where negative.</param>
public sealed record DeploymentRequest(DeploymentDirection Direction, decimal AmountUsd, decimal? GainUsd = null);

/// <summary>What is answered to a movement of deployed capital.</summary>
/// <param name="Entry">The journal entry.</param>
/// <param name="Timestamp">When.</param>
internal sealed record DeploymentAnswer(JournalEntry Entry, DateTimeOffset Timestamp);

/// <summary>
/// Moves capital out of cash and back; a gain or loss on return goes pro rata to the capital of the tranches, and a loss beyond all of it to
/// the claims that wait for the cash.
/// </summary>
internal sealed class Deployment(NpgsqlDataSource database, IOptions<CapitalOptions> capital, TimeProvider time)
{
    public async Task<MoneyOutcome> MoveAsync(DeploymentRequest request, string actor, IdempotentRequest? idempotent, CancellationToken cancellationToken)
    {
        if (!Cents.IsAmount(request.AmountUsd))
        {
            return new MoneyOutcome.Refused(Problem.NotAllowed("outside-bounds", "amount_usd must be above 0 with at most 2 decimals.", "amount_usd"));
        }

        var gain = request.GainUsd ?? 0;
        if (gain != 0 && (request.Direction is DeploymentDirection.Deploy || !Cents.IsWhole(gain) || gain < -request.AmountUsd))
        {
            return new MoneyOutcome.Refused(Problem.NotAllowed(
                "outside-bounds", "gain_usd is for a return, has at most 2 decimals and is no loss greater than amount_usd.", "gain_usd"));
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var pool = await PoolStore.LockAsync(connection, transaction, cancellationToken);
        if (idempotent is not null && await idempotent.ReplayAsync(connection, transaction, cancellationToken) is { } replayed)
        {
            return replayed;
        }

        // Whoever waited for the pool moves at the time of its turn, after what was booked before.
        var now = time.GetUtcNow();
        if (await PremiumBooking.TryBookAsync(connection, transaction, pool, now, capital.Value.PremiumBookingPatience, cancellationToken) is not { } position)
        {
            return PremiumBooking.TakesTooLong();
        }

        if (request.Direction is DeploymentDirection.Deploy ? request.AmountUsd > position.LiquidReservesUsd : request.AmountUsd > position.DeployedUsd)
        {
            return new MoneyOutcome.Refused(Problem.NotAllowed(
                "insufficient-funds",
                request.Direction is DeploymentDirection.Deploy
                    ? $"amount_usd is more than the liquid reserves of {position.LiquidReservesUsd:0.00}."
                    : $"amount_usd is more than the {position.DeployedUsd:0.00} that are deployed.",
                "amount_usd"));
        }

        var entry = EntryOf(request.Direction, request.AmountUsd, gain, position, now);
        var reductions = ShortfallUsd(entry) is > 0 and var beyond
            ? ClaimReduction.Of(await ClaimStore.ReadWaitingAsync(connection, transaction, limit: null, cancellationToken), beyond)
            : [];
        var answer = StoredAnswer.Of(StatusCodes.Status201Created, new DeploymentAnswer(entry, now));
        var batch = new WriteBatch(connection, transaction);
        LedgerStore.Write(batch, [entry]);
        ClaimReduction.Write(batch, reductions, now);
        PoolStore.Touch(batch);
        AuditTrail.Write(
            batch,
            actor,
            request.Direction is DeploymentDirection.Deploy ? "capital_deployed" : "capital_returned",
            new { entry.EntryId, request.AmountUsd, GainUsd = gain },
            now);
        if (idempotent is not null)
        {
            IdempotencyStore.Save(batch, idempotent, answer, now);
        }

        await batch.ExecuteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new MoneyOutcome.Moved(answer);
    }

    /// <summary>The entry of a movement.</summary>
    /// <param name="direction">Out or back.</param>
    /// <param name="amountUsd">The capital that moves, without its gain.</param>
    /// <param name="gainUsd">On return: what it gained, or lost where negative; no more than what moves.</param>
    /// <param name="position">The pool before it.</param>
    /// <param name="now">When.</param>
    internal static JournalEntry EntryOf(DeploymentDirection direction, decimal amountUsd, decimal gainUsd, PoolPosition position, DateTimeOffset now) =>
        direction is DeploymentDirection.Deploy
            ? JournalEntry.Of("deploy", "pool", now, Posting.Debit(Account.Deployed, amountUsd), Posting.Credit(Account.Cash, amountUsd))
            : JournalEntry.Of(
                "return",
                "pool",
                now,
                [
                    Posting.Debit(Account.Cash, amountUsd + gainUsd),
                    Posting.Credit(Account.Deployed, amountUsd),
                    .. ShareByCapital(gainUsd, position).Select(s => Posting.Credit(s.Account, s.AmountUsd)),
                ]);

    /// <summary>What of a movement no tranche could bear, in USD; 0 unless it is a loss beyond all capital.</summary>
    internal static decimal ShortfallUsd(JournalEntry entry) => entry.Postings.Where(p => p.Account == Account.Shortfall).Sum(p => p.AmountUsd);

    /// <summary>
    /// A gain goes pro rata to capital, and so does a loss as far as there is capital; no tranche is left owing. What is beyond is a
    /// shortfall: the claims that wait for this very cash are paid that much less (<see cref="ClaimReduction"/>).
    /// </summary>
    private static IEnumerable<Posting> ShareByCapital(decimal gainUsd, PoolPosition position)
    {
        if (gainUsd > 0 && position.TotalCapitalUsd <= 0)
        {
            return [new Posting(Account.Surplus, gainUsd)];
        }

        var shared = Math.Max(gainUsd, -position.TotalCapitalUsd);
        if (shared == 0)
        {
            return [new Posting(Account.Shortfall, gainUsd)];
        }

        var parts = position.Tranches.ToDictionary(
            t => t.Tranche, t => Math.Round(shared * t.CapitalUsd / position.TotalCapitalUsd, 2, MidpointRounding.ToZero));
        // Of the cents that rounding leaves each goes to whoever has most left by then: that is at least a cent while the loss is not all borne.
        for (var left = shared - parts.Values.Sum(); left != 0; left -= Math.Sign(left) * Cents.One)
        {
            parts[position.Tranches.MaxBy(t => t.CapitalUsd + parts[t.Tranche])!.Tranche] += Math.Sign(left) * Cents.One;
        }

        return [.. parts.Select(p => new Posting(Account.Capital(p.Key), p.Value)), new Posting(Account.Shortfall, gainUsd - shared)];
    }
}
