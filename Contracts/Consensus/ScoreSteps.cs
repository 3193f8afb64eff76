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
}
