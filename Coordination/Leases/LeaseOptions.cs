using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace Sure.Coordination.Leases;

/// <summary>Settings of leases, section <c>Leases</c>.</summary>
public sealed class LeaseOptions
{
    private const string Longest = "00:05:00";

    /// <summary>The longest that <see cref="Duration"/> can be, so that no lease ends later than this from now.</summary>
    internal static readonly TimeSpan LongestDuration = TimeSpan.Parse(Longest, CultureInfo.InvariantCulture);

    /// <summary>How long a leader that says nothing stays leader. 2 s … 5 min, default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:02", Longest)]
    public TimeSpan Duration { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the leader renews and the others try. At most half of <see cref="Duration"/>; default 3 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:02:30")]
    public TimeSpan RenewInterval { get; set; } = TimeSpan.FromSeconds(3);
}
