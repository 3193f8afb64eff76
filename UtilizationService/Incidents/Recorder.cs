using Sure.ServiceDefaults.Identity;

namespace Sure.UtilizationService.Incidents;

/// <summary>Who recorded an incident, as far as it matters for who may confirm it.</summary>
/// <param name="Subject">Of the key or token.</param>
/// <param name="ClientId">The key or token itself.</param>
/// <param name="Makers">Subjects who made the key, as a <see cref="Caller"/> has them.</param>
internal sealed record Recorder(string Subject, string ClientId, IReadOnlyList<string> Makers)
{
    public static Recorder Of(Caller caller) => new(caller.Subject ?? "", caller.ClientId ?? "", caller.Makers);

    /// <summary>
    /// Whether <paramref name="caller"/> is somebody else: another subject with another key, and neither had the other's key made, nor did a
    /// third have both made – whoever makes a key sees it and could be both. Only where the trust in both begins is the same allowed, or
    /// operators whose keys come from the platform's first could never confirm each other.
    /// </summary>
    public bool IsAnotherThan(Caller caller) =>
        caller.Subject is { } subject
        && subject != Subject
        && caller.ClientId != ClientId
        && !caller.Makers.Contains(Subject, StringComparer.Ordinal)
        && !Makers.Contains(subject, StringComparer.Ordinal)
        && Makers.Intersect(caller.Makers, StringComparer.Ordinal).All(m => m == Makers[^1] && m == caller.Makers[^1]);
}
