using System.ComponentModel.DataAnnotations;

namespace Sure.UtilizationService.Market;

/// <summary>When cover is not sold because its event may have begun, section <c>KnownEvents</c>. Defaults are those of the domain, §4.</summary>
public sealed class KnownEventOptions
{
    /// <summary>Peg ratio at or below which sales stop, default 0.995.</summary>
    [Range(0.5, 1.0)]
    public decimal StopRatio { get; set; } = 0.995m;

    /// <summary>Peg ratio at or above which a coin is recovering, default 0.997.</summary>
    [Range(0.5, 1.0)]
    public decimal ResumeRatio { get; set; } = 0.997m;

    /// <summary>How long it must stay there, without a gap longer than <c>Triggers:LongestGap</c>, before sales resume, default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan ResumeAfter { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How far below its peak a bridge is, in %, when no cover of it is sold and while there is such cover nothing withdrawn, detected or not;
    /// 0 … 100, default 20, as <c>Bridges:CriticalDrawdownPct</c> of BridgeService.
    /// </summary>
    [Range(0, 100)]
    public decimal StopDrawdownPct { get; set; } = 20;

    /// <summary>Age beyond which what is known counts as unknown, default 2 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Consensus score at which no oracle cover is sold, default 0.3.</summary>
    [Range(0.0, 1.0)]
    public decimal LeastConsensus { get; set; } = 0.3m;
}
