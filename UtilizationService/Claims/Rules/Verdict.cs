namespace Sure.UtilizationService.Claims.Rules;

/// <summary>What a rule finds in the points that are known. Once it is <see cref="Triggered"/>, later points do not change it.</summary>
/// <param name="Reason">Why, in one or two sentences for a person.</param>
/// <param name="Points">The points it rests on, in order.</param>
public abstract record Verdict(string Reason, IReadOnlyList<ConsensusPoint> Points)
{
    /// <summary>Nothing that would pay has happened or is under way.</summary>
    /// <param name="Reason">What came nearest to it.</param>
    /// <param name="Points">
    /// Three at most: of the longest run the first, the last that met the condition and the one that broke it; of a run that the end of the
    /// cover forestalled its first; of a window that a change between simulated and real data ended its first and the one after the change; where
    /// none began the nearest to one, none where nothing was known.
    /// </param>
    public sealed record NotTriggered(string Reason, IReadOnlyList<ConsensusPoint> Points) : Verdict(Reason, Points);

    /// <summary>Something that may pay is under way; points to come decide.</summary>
    /// <param name="Reason">What, and until when.</param>
    /// <param name="StartedAt">Time of the point with which it began.</param>
    /// <param name="DueAt">When it will be decided, given points at or after that time.</param>
    /// <param name="Points">Two at most: the one with which it began, and of a run the last that met the condition.</param>
    public sealed record Running(string Reason, DateTimeOffset StartedAt, DateTimeOffset DueAt, IReadOnlyList<ConsensusPoint> Points)
        : Verdict(Reason, Points);

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
        string Arithmetic) : Verdict(Reason, Points);
}
