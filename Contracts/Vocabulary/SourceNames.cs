namespace Sure.Contracts.Vocabulary;

/// <summary>What the names of the platform's own sources of observations begin with: no key may speak under them.</summary>
public static class SourceNames
{
    /// <summary>Of the simulated market.</summary>
    public const string Simulated = "sim-";

    /// <summary>Of those that read in final blocks whether a contract is paused.</summary>
    public const string PauseFlags = "paused-";
}
