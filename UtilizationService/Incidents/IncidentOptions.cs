using System.ComponentModel.DataAnnotations;

namespace Sure.UtilizationService.Incidents;

/// <summary>Cover that operators decide, section <c>Incidents</c>.</summary>
public sealed class IncidentOptions
{
    /// <summary>
    /// How long after its end a policy that only an incident can trigger stays active, so that what happened within its time can be found out
    /// and recorded; up to 30 days, default 72 h. One that is recorded by then is waited for.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan ReportingPeriod { get; set; } = TimeSpan.FromHours(72);
}
