using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Sure.ServiceDefaults.Identity;
using Sure.ServiceDefaults.Problems;

namespace Sure.UtilizationService.Ledger;

/// <summary>The journal, for operators.</summary>
internal static class LedgerEndpoints
{
    private const int DefaultPage = 50;
    private const int LargestPage = 200;

    public static void MapLedger(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/v2/ledger").RequireScope(Scope.Admin).WithTags("Ledger");
        group.MapGet("/check", CheckAsync).WithName("CheckLedger").WithSummary("Recomputes every balance from the journal, and every figure that is kept from what it counts.");
        group.MapGet("/entries", ReadAsync).WithName("ListEntries").WithSummary("The journal, newest entry first.");
    }

    private static async Task<Ok<LedgerCheck>> CheckAsync(LedgerStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        var (balances, figures) = await store.CheckAsync(cancellationToken);
        var sum = balances.Sum(b => b.JournalUsd);
        var agrees = sum == 0 && balances.All(b => b.BalanceUsd == b.JournalUsd) && figures.All(f => f.Agrees);
        return TypedResults.Ok(new LedgerCheck(agrees, sum, balances, figures, time.GetUtcNow()));
    }

    private static async Task<Results<Ok<EntryPage>, ProblemHttpResult>> ReadAsync(
        LedgerStore store, string? account, string? cursor, [Range(1, LargestPage)] int? limit, CancellationToken cancellationToken)
    {
        if (cursor is not null && !Guid.TryParse(cursor, out _))
        {
            return Problem.Malformed("cursor", "cursor must be one that a page gave.");
        }

        if (limit is < 1 or > LargestPage)
        {
            return Problem.Malformed("limit", $"limit must be 1 … {LargestPage}.");
        }

        var size = limit ?? DefaultPage;
        var entries = await store.ReadAsync(account, cursor is null ? null : Guid.Parse(cursor), size, cancellationToken);
        return TypedResults.Ok(new EntryPage(entries, entries.Count == size ? $"{entries[^1].EntryId}" : null));
    }

    internal sealed record LedgerCheck(
        bool Agrees, decimal SumUsd, IReadOnlyList<BalanceCheck> Accounts, IReadOnlyList<FigureCheck> Figures, DateTimeOffset Timestamp);

    internal sealed record EntryPage(IReadOnlyList<JournalEntry> Items, string? NextCursor);
}
