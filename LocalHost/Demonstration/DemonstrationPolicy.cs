namespace Sure.LocalHost.Demonstration;

/// <summary>One policy of the demonstration book, in the words of the API.</summary>
/// <param name="CoverageType">What is covered.</param>
/// <param name="Chain">Where.</param>
/// <param name="Stablecoin">Which coin.</param>
/// <param name="CoverageAmount">USD.</param>
/// <param name="DurationDays">For how long.</param>
public sealed record DemonstrationPolicy(string CoverageType, string Chain, string Stablecoin, decimal CoverageAmount, int DurationDays);
