namespace Sure.Contracts.Json;

/// <summary>On the wire this type is a string.</summary>
/// <param name="pattern">Regular expression of the whole string.</param>
/// <param name="example">One that is.</param>
[AttributeUsage(AttributeTargets.Struct | AttributeTargets.Class)]
public sealed class WireTextAttribute(string pattern, string example) : Attribute
{
    /// <summary>Regular expression of the whole string.</summary>
    public string Pattern { get; } = pattern;

    /// <summary>One that is.</summary>
    public string Example { get; } = example;
}
