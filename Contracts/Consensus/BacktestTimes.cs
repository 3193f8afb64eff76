namespace Sure.Contracts.Consensus;

/// <summary>Times that back-tests take: far beyond any record, and far enough from where times end for spans to be added and ids to be made of them.</summary>
public static class BacktestTimes
{
    /// <summary>What is wrong with a time that is not taken.</summary>
    public const string Fault = "must be within the years 2000 … 2100";

    /// <summary>Whether <paramref name="time"/> is taken.</summary>
    public static bool Takes(DateTimeOffset time) => time.UtcDateTime.Year is >= 2000 and <= 2100;
}
