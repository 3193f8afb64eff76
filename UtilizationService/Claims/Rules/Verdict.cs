namespace Sure.UtilizationService.Claims.Rules;

/// <summary>What a rule finds in the points that are known. Once it is <see cref="Triggered"/>, later points do not change it.</summary>
/// <param name="Reason">Why, in one or two sentences for a person.</param>
public abstract record Verdict(string Reason)
{
    /// <summary>Nothing that would pay has happened or is under way.</summary>
    /// <param name="Reason">What came nearest to it.</param>
    public sealed record NotTriggered(string Reason) : Verdict(Reason);

    /// <summary>Something that may pay is under way; points to come decide.</summary>
    /// <param name="Reason">What, and until when.</param>
    /// <param name="StartedAt">Time of the point with which it began.</param>
    /// <param name="DueAt">When it will be decided, given points at or after that time.</param>
    public sealed record Running(string Reason, DateTimeOffset StartedAt, DateTimeOffset DueAt) : Verdict(Reason);

    /// <summary>The policy pays.</summary>
    /// <param name="Reason">What happened.</param>
    /// <param name="At">When the trigger was met.</param>
    /// <param name="PayoutFraction">Part of the cover that is paid, 0 … 1, not rounded.</param>
    /// <param name="RunStartedAt">Time of the point with which the run began.</param>
    /// <param name="Points">Every point the decision rests on, in order: from the first of the run to the one that proves it complete.</param>
    /// <param name="Arithmetic">The formula with its numbers, so that a person can check the fraction.</param>
    public sealed record Triggered(
        string Reason,
        DateTimeOffset At,
        decimal PayoutFraction,
        DateTimeOffset RunStartedAt,
        IReadOnlyList<ConsensusPoint> Points,
        string Arithmetic) : Verdict(Reason);
}
