namespace Sure.Contracts.Json;

/// <summary>On the wire this type is a list.</summary>
/// <param name="element">What the list is of.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class WireListAttribute(Type element) : Attribute
{
    /// <summary>What the list is of.</summary>
    public Type Element { get; } = element;
}
