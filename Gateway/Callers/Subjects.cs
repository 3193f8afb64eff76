using Sure.Coordination.Audit;
using Sure.Gateway.Audit;

namespace Sure.Gateway.Callers;

/// <summary>Whom a key or token speaks for.</summary>
internal static class Subjects
{
    /// <summary>Whom the audit trail names where it was nobody, or nobody in particular.</summary>
    private static readonly string[] Nobody = [AuditTrail.Platform, SecurityWatch.Others];

    /// <summary>Whether nobody may have this name: what he did would look like the platform's doing.</summary>
    public static bool IsReserved(string subject) => Nobody.Contains(subject, StringComparer.OrdinalIgnoreCase);
}
