using System.ComponentModel.DataAnnotations;

namespace Sure.Coordination.Leases;

/// <summary>Settings of leases, section <c>Leases</c>.</summary>
public sealed class LeaseOptions
{
    /// <summary>How long a leader that says nothing stays leader. 2 s … 5 min, default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:02", "00:05:00")]
    public TimeSpan Duration { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the leader renews and the others try. At most half of <see cref="Duration"/>; default 3 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:02:30")]
    public TimeSpan RenewInterval { get; set; } = TimeSpan.FromSeconds(3);
}
