using Microsoft.AspNetCore.Http.HttpResults;
using Sure.UtilizationService.Idempotency;

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
    public sealed record Refused(ProblemHttpResult Problem) : BindOutcome;

    /// <summary>The pool cannot carry it.</summary>
    public sealed record Declined(IReadOnlyList<UnderwritingCheck> Failed) : BindOutcome;
}
