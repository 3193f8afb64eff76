namespace Sure.UtilizationService.Ledger;

/// <summary>One movement of money: postings that add up to zero.</summary>
/// <param name="EntryId">Its id; a version 7 UUID.</param>
/// <param name="Kind">What happened, for example <c>deposit</c>.</param>
/// <param name="Reference">What it belongs to, for example a policy's id.</param>
/// <param name="OccurredAt">When.</param>
/// <param name="Postings">At least two, none of zero.</param>
public sealed record JournalEntry(Guid EntryId, string Kind, string Reference, DateTimeOffset OccurredAt, IReadOnlyList<Posting> Postings)
{
    /// <summary>An entry of the postings that are not zero.</summary>
    /// <exception cref="ArgumentException">They do not add up to zero: a bug, not a refusal.</exception>
    public static JournalEntry Of(string kind, string reference, DateTimeOffset occurredAt, params IEnumerable<Posting> postings)
    {
        var moved = postings.Where(p => p.AmountUsd != 0).ToList();
        return moved.Sum(p => p.AmountUsd) == 0
            ? new(Guid.CreateVersion7(occurredAt), kind, reference, occurredAt, moved)
            : throw new ArgumentException($"The postings of {kind} {reference} add up to {moved.Sum(p => p.AmountUsd)}.", nameof(postings));
    }
}

/// <summary>One line of an entry.</summary>
/// <param name="Account">Which account.</param>
/// <param name="AmountUsd">Debit positive, credit negative.</param>
public sealed record Posting(string Account, decimal AmountUsd)
{
    /// <summary>The account gains or owes less.</summary>
    public static Posting Debit(string account, decimal amountUsd) => new(account, amountUsd);

    /// <summary>The account gives or owes more.</summary>
    public static Posting Credit(string account, decimal amountUsd) => new(account, -amountUsd);
}
