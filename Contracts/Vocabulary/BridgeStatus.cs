namespace Sure.Contracts.Vocabulary;

/// <summary>What a bridge's health score says. <see cref="Unknown"/> is a state of its own and never counts as healthy.</summary>
public enum BridgeStatus
{
    /// <summary>No live source.</summary>
    Unknown,

    /// <summary>Score below 0.5.</summary>
    Critical,

    /// <summary>Score from 0.5.</summary>
    Warning,

    /// <summary>Score from 0.7.</summary>
    Caution,

    /// <summary>Score from 0.9.</summary>
    Healthy,
}
