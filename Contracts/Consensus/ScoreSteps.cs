namespace Sure.Contracts.Consensus;

/// <summary>One step of a score: it holds for figures strictly below <paramref name="Below"/>.</summary>
/// <param name="Below">Upper end, exclusive.</param>
/// <param name="Score">0 … 1.</param>
public sealed record ScoreStep(double Below, decimal Score);

/// <summary>A score that falls in steps as a figure grows.</summary>
public static class ScoreSteps
{
    /// <summary>The score of the first step whose end is above <paramref name="figure"/>; <paramref name="otherwise"/> beyond the last.</summary>
    public static decimal Of(this IEnumerable<ScoreStep> steps, double figure, decimal otherwise) =>
        steps.FirstOrDefault(s => figure < s.Below)?.Score ?? otherwise;

    /// <summary>Whether the ends rise and the scores, each 0 … 1, do not: otherwise a step is never reached, or a worse figure scores better.</summary>
    public static bool AreInOrder(this IEnumerable<ScoreStep> steps)
    {
        ScoreStep? before = null;
        foreach (var step in steps)
        {
            if (step.Score is < 0 or > 1 || (before is not null && (step.Below <= before.Below || step.Score > before.Score)))
            {
                return false;
            }

            before = step;
        }

        return true;
    }
}
