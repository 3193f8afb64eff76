namespace Sure.Contracts.Vocabulary;

/// <summary>How urgent an alert is; a later member is more urgent.</summary>
public enum Severity
{
    /// <summary>For the record.</summary>
    Low,

    /// <summary>Look at it today.</summary>
    Medium,

    /// <summary>Look at it now.</summary>
    High,

    /// <summary>Act now.</summary>
    Critical,
}
