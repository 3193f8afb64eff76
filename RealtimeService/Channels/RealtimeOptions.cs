using System.ComponentModel.DataAnnotations;

namespace Sure.RealtimeService.Channels;

/// <summary>Limits of live delivery, section <c>Realtime</c>.</summary>
public sealed class RealtimeOptions
{
    /// <summary>Messages kept per channel for those who come back.</summary>
    [Range(1, 1_000_000)]
    public int HistoryLength { get; set; } = 2000;

    /// <summary>How often streams are looked at without having been told of news.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:01:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>WebSocket pings are sent this often to clients that are silent.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A client of which nothing has been seen for this long is closed.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Largest message a client may send, in bytes.</summary>
    [Range(128, 16 * 1024 * 1024)]
    public int MessageBytes { get; set; } = 64 * 1024;

    /// <summary>Messages a client may send per second; times <c>Limits:Scale</c>.</summary>
    [Range(1, 100_000)]
    public int MessagesPerSecond { get; set; } = 20;

    /// <summary>Connections of this instance; times <c>Limits:Scale</c>.</summary>
    [Range(1, 1_000_000)]
    public int Connections { get; set; } = 10_000;

    /// <summary>Connections of one address; times <c>Limits:Scale</c>.</summary>
    [Range(1, 1_000_000)]
    public int ConnectionsPerAddress { get; set; } = 100;

    /// <summary>Messages that may wait for a client.</summary>
    [Range(1, 1_000_000)]
    public int WaitingMessages { get; set; } = 256;

    /// <summary>Bytes that may wait for a client.</summary>
    [Range(1024, 1024 * 1024 * 1024)]
    public int WaitingBytes { get; set; } = 1024 * 1024;
}
