using System.Text.Json;

namespace Sure.Contracts.Calls;

/// <summary>What a service answers at <c>GET /internal/audit?before=&amp;limit=</c>: records of its audit trail, newest first.</summary>
/// <param name="Items">At most as many as were asked for.</param>
public sealed record AuditPage(IReadOnlyList<AuditRecord> Items)
{
    /// <summary>Where it is asked for.</summary>
    public const string Path = "/internal/audit";
}

/// <summary>One record of the audit trail.</summary>
/// <param name="AuditId">A version 7 UUID, so that the records of all services have one order: that of time.</param>
/// <param name="At">When.</param>
/// <param name="Actor">Who: a caller's subject, the address of one who was not recognised, or <c>platform</c>.</param>
/// <param name="Action">What was done, for example <c>breaker_reset</c>.</param>
/// <param name="Detail">What it was done to.</param>
public sealed record AuditRecord(Guid AuditId, DateTimeOffset At, string Actor, string Action, JsonElement Detail);
