using System.ComponentModel.DataAnnotations;

namespace Sure.Coordination.Outbox;

/// <summary>Settings of the outbox, section <c>Outbox</c>.</summary>
public sealed class OutboxOptions
{
    /// <summary>Events that may wait for the broker's confirmation at a time. 1 … 10 000, default 256.</summary>
    [Range(1, 10_000)]
    public int ConfirmWindow { get; set; } = 256;

    /// <summary>How long the broker may take to confirm before the relay tries again. 1 s … 5 min, default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan PublishTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the relay looks without having been woken. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:01:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long relayed events are kept for those who missed them. 1 h … 365 d, default 7 days.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "365.00:00:00")]
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(7);
}
