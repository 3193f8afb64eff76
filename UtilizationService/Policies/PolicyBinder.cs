using Npgsql;
using Sure.UtilizationService.Idempotency;

namespace Sure.UtilizationService.Policies;

/// <summary>Binds quotes: finds the quote, and has the <see cref="BindDesk"/> decide.</summary>
internal sealed class PolicyBinder(NpgsqlDataSource database, QuoteClient quotes, BindDesk desk)
{
    public async Task<BindOutcome> BindQuoteAsync(
        Guid quoteId, string holder, string actor, IdempotentRequest? idempotent, CancellationToken cancellationToken)
    {
        // Looked for before the quote: a request that was answered gets its answer again, whether or not QuoteService is there.
        if (idempotent is not null && await FindAnswerAsync(idempotent, cancellationToken) is { } answered)
        {
            return answered;
        }

        var quote = await quotes.FindAsync(quoteId, cancellationToken);
        return await desk.DecideAsync(new BindOrder(quoteId, quote, holder, actor, idempotent), cancellationToken);
    }

    private async Task<BindOutcome?> FindAnswerAsync(IdempotentRequest idempotent, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await idempotent.ReplayAsync(connection, transaction: null, cancellationToken) switch
        {
            MoneyOutcome.Moved moved => new BindOutcome.Bound(moved.Answer),
            MoneyOutcome.Refused refused => new BindOutcome.Refused(refused.Problem),
            _ => null,
        };
    }
}
