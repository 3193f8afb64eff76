using System.Diagnostics;
using OpenTelemetry;

namespace Sure.ServiceDefaults.Telemetry;

/// <summary>
/// Leaves out calls to servers and services that no recorded work made: renewing leases, looking for news, asking how somebody is. Each
/// would be a trace of one span, many a second and none of them of interest; what is slow or fails among them is in the metrics.
/// </summary>
internal sealed class UncausedCalls : BaseProcessor<Activity>
{
    public override void OnStart(Activity data)
    {
        if (data.Kind is ActivityKind.Client && data.ParentSpanId == default)
        {
            data.IsAllDataRequested = false;
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }
    }
}
