namespace Sure.Contracts.Vocabulary;

/// <summary>How strongly the coins' peg ratios move together (domain, §8).</summary>
public enum CorrelationRegime
{
    /// <summary>Each for itself.</summary>
    Low,

    /// <summary>In between, or not known.</summary>
    Medium,

    /// <summary>As one.</summary>
    High,
}
