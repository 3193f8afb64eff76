using Sure.ServiceDefaults.Identity;

namespace Sure.UtilizationService.Incidents;

/// <summary>Who recorded an incident, as far as it matters for who may confirm it.</summary>
/// <param name="Subject">Of the key or token.</param>
/// <param name="ClientId">The key or token itself.</param>
/// <param name="Makers">Subjects who made the key, directly or by a key they made.</param>
internal sealed record Recorder(string Subject, string ClientId, IReadOnlyCollection<string> Makers)
{
    public static Recorder Of(Caller caller) => new(caller.Subject ?? "", caller.ClientId ?? "", caller.Makers);

    /// <summary>
    /// Whether <paramref name="caller"/> is somebody else: another subject with another key, and neither had the other's key made – whoever
    /// makes a key sees it and could be both.
    /// </summary>
    public bool IsAnotherThan(Caller caller) =>
        caller.Subject is { } subject
        && subject != Subject
        && caller.ClientId != ClientId
        && !caller.Makers.Contains(Subject)
        && !Makers.Contains(subject, StringComparer.Ordinal);
}
