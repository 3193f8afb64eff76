using Sure.Contracts.Vocabulary;

namespace Sure.ServiceDefaults.Queries;

/// <summary>A query parameter that is one of some words, whatever their case.</summary>
/// <param name="words">The words.</param>
[AttributeUsage(AttributeTargets.Parameter)]
public class OneOfAttribute(params string[] words) : Attribute
{
    /// <summary>The words, spelled as the contract spells them.</summary>
    public IReadOnlyList<string> Words { get; } = words;
}

/// <summary>A query parameter that is a word of a dimension.</summary>
/// <typeparam name="T">The dimension.</typeparam>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class OneOfAttribute<T>() : OneOfAttribute([.. Words<T>.All])
    where T : struct, Enum;
