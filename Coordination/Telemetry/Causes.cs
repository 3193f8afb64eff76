using System.Diagnostics;
using Sure.Contracts.Events;

namespace Sure.Coordination.Telemetry;

/// <summary>
/// Traces that go on after the work that began them: what caused an event is kept with it, and whoever acts on the event goes on with
/// that trace. Traces that nobody records are left out.
/// </summary>
public static class Causes
{
    /// <summary>A span that serves many is linked with this many of them; what is beyond it is not found from there.</summary>
    private const int MostLinks = 64;

    /// <summary>The trace of the present work; default where nobody records it.</summary>
    public static ActivityContext Current => Activity.Current is { Recorded: true } current ? current.Context : default;

    /// <summary>Reads a W3C <c>traceparent</c>; default where there is none, it is malformed or nobody records it.</summary>
    public static ActivityContext Parse(string? traceParent) =>
        ActivityContext.TryParse(traceParent, traceState: null, isRemote: true, out var context) && IsRecorded(context) ? context : default;

    /// <summary>Whether there is a trace, and somebody records it.</summary>
    public static bool IsRecorded(ActivityContext context) => context.TraceFlags.HasFlag(ActivityTraceFlags.Recorded);

    /// <summary>As a W3C <c>traceparent</c>; null where there is none.</summary>
    public static string? Write(ActivityContext context) =>
        IsRecorded(context) ? $"00-{context.TraceId.ToHexString()}-{context.SpanId.ToHexString()}-01" : null;

    /// <summary>The traces that an event goes on with, the first before all others.</summary>
    public static IEnumerable<ActivityContext> Traces(this EventEnvelope told)
    {
        ArgumentNullException.ThrowIfNull(told);
        return (told.TraceLinks ?? []).Prepend(told.TraceParent).Select(Parse);
    }

    /// <summary>
    /// Starts a span of work with several causes: it goes on with the trace of the first and is linked with the others. Where the present
    /// work belongs to the first one's trace already, it is part of that work.
    /// </summary>
    /// <returns>The span; null where nobody records it.</returns>
    public static Activity? StartActivity(this ActivitySource source, string name, ActivityKind kind, IEnumerable<ActivityContext> causes)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(causes);
        if (!source.HasListeners())
        {
            return null;
        }

        var recorded = causes.Where(IsRecorded).Distinct().Take(MostLinks + 1).ToList();
        if (recorded.Count == 0)
        {
            return source.StartActivity(name, kind);
        }

        var parent = Activity.Current is { } current && current.TraceId == recorded[0].TraceId ? current.Context : recorded[0];
        return source.StartActivity(name, kind, parent, tags: null, recorded.Skip(1).Select(c => new ActivityLink(c)));
    }
}
