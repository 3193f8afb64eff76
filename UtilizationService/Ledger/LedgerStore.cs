using System.Data;
using Dapper;
using Npgsql;
using Sure.Coordination.Writing;

namespace Sure.UtilizationService.Ledger;

/// <summary>The journal in PostgreSQL.</summary>
public sealed class LedgerStore(NpgsqlDataSource database)
{
    /// <summary>The check reads all there ever was, for an operator who waits behind the gateway: as long as that does.</summary>
    internal static readonly TimeSpan CheckLimit = TimeSpan.FromSeconds(30);

    /// <summary>Adds entries to the batch, in their order; those without postings are left out. Balances move with them.</summary>
    public static void Write(WriteBatch batch, IEnumerable<JournalEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var moving = entries.Where(e => e.Postings.Count > 0).ToList();
        if (moving.Count == 0)
        {
            return;
        }

        batch.Add(
            "INSERT INTO journal_entry (entry_id, kind, reference, occurred_at) SELECT * FROM unnest($1, $2, $3, $4)",
            moving.Select(e => e.EntryId).ToArray(),
            moving.Select(e => e.Kind).ToArray(),
            moving.Select(e => e.Reference).ToArray(),
            moving.Select(e => e.OccurredAt.ToUniversalTime()).ToArray());
        var postings = moving.SelectMany(e => e.Postings.Select(p => (Entry: e, Posting: p))).ToList();
        batch.Add(
            "INSERT INTO posting (entry_id, account, amount, occurred_at) SELECT * FROM unnest($1, $2, $3, $4)",
            postings.Select(p => p.Entry.EntryId).ToArray(),
            postings.Select(p => p.Posting.Account).ToArray(),
            postings.Select(p => p.Posting.AmountUsd).ToArray(),
            postings.Select(p => p.Entry.OccurredAt.ToUniversalTime()).ToArray());
    }

    /// <summary>Entries, newest first; of one account where <paramref name="account"/> is given.</summary>
    public async Task<IReadOnlyList<JournalEntry>> ReadAsync(string? account, Guid? before, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var (sql, values) = EntriesQuery(account, before, limit);
        var rows = await connection.QueryAsync<PostingRow>(new CommandDefinition(sql, values, cancellationToken: cancellationToken));
        return
        [
            .. rows.GroupBy(r => r.EntryId).Select(e => new JournalEntry(
                e.Key, e.First().Kind, e.First().Reference, new DateTimeOffset(e.First().OccurredAt), [.. e.Select(p => new Posting(p.Account, p.Amount))])),
        ];
    }

    /// <summary>The query of a page. Only the conditions that apply are written, so that the planner can take their index.</summary>
    internal static (string Sql, object Values) EntriesQuery(string? account, Guid? before, int limit)
    {
        string?[] conditions = [account is null ? null : "account = @Account", before is null ? null : "entry_id < @Before"];
        return (
            $"""
            SELECT e.entry_id, e.kind, e.reference, e.occurred_at, p.account, p.amount
            FROM (
                SELECT {(account is null ? "entry_id FROM journal_entry" : "DISTINCT entry_id FROM posting")} {ListConditions.Where(conditions)}
                ORDER BY entry_id DESC LIMIT @Limit
            ) AS page JOIN journal_entry e USING (entry_id) JOIN posting p USING (entry_id)
            ORDER BY e.entry_id DESC, p.posting_id
            """,
            new { Account = account, Before = before, Limit = limit });
    }

    /// <summary>Recomputes every balance from the journal and every figure from what it counts, in one snapshot.</summary>
    public async Task<(IReadOnlyList<BalanceCheck> Balances, IReadOnlyList<FigureCheck> Figures)> CheckAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var balances = await connection.QueryAsync<BalanceCheck>(new CommandDefinition(
            """
            SELECT a.name AS account, a.balance AS balance_usd, coalesce(j.amount, 0.00) AS journal_usd
            FROM account a LEFT JOIN (SELECT account, sum(amount) AS amount FROM posting GROUP BY account) AS j ON j.account = a.name
            ORDER BY a.name
            """,
            transaction: transaction,
            commandTimeout: (int)CheckLimit.TotalSeconds,
            cancellationToken: cancellationToken));
        var figures = await FigureCheck.ReadAsync(connection, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return ([.. balances], figures);
    }

    private sealed record PostingRow(Guid EntryId, string Kind, string Reference, DateTime OccurredAt, string Account, decimal Amount);
}

/// <summary>A balance as it is kept and as the journal gives it, in USD.</summary>
public sealed record BalanceCheck(string Account, decimal BalanceUsd, decimal JournalUsd);
