using System.ComponentModel.DataAnnotations;

namespace Sure.RealtimeService.Channels;

/// <summary>Limits of live delivery, section <c>Realtime</c>.</summary>
public sealed class RealtimeOptions
{
    /// <summary>Messages kept per channel for those who come back; default 2 000.</summary>
    [Range(1, 1_000_000)]
    public int HistoryLength { get; set; } = 2000;

    /// <summary>Messages older than this are dropped when one is appended; default a day.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00")]
    public TimeSpan HistoryAge { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How often streams are looked at without having been told of news; default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:01:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>WebSocket pings are sent this often; default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A client of which nothing has been seen for this long is closed; default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Largest message a client may send, in bytes; default 64 KiB.</summary>
    [Range(128, 16 * 1024 * 1024)]
    public int MessageBytes { get; set; } = 64 * 1024;

    /// <summary>Messages a client may send per second; times <c>Limits:Scale</c>. Default 20.</summary>
    [Range(1, 100_000)]
    public int MessagesPerSecond { get; set; } = 20;

    /// <summary>Connections of this instance; times <c>Limits:Scale</c>. Default 10 000.</summary>
    [Range(1, 1_000_000)]
    public int Connections { get; set; } = 10_000;

    /// <summary>Connections of one address, or of one network <c>/64</c> of IPv6; times <c>Limits:Scale</c>. Default 100.</summary>
    [Range(1, 1_000_000)]
    public int ConnectionsPerAddress { get; set; } = 100;

    /// <summary>Messages that may wait for a client; default 256.</summary>
    [Range(1, 1_000_000)]
    public int WaitingMessages { get; set; } = 256;

    /// <summary>Bytes that may wait for a client; default 1 MiB.</summary>
    [Range(1024, 1024 * 1024 * 1024)]
    public int WaitingBytes { get; set; } = 1024 * 1024;

    /// <summary>
    /// <c>permessage-deflate</c> is agreed to while fewer connections than this are there, 0 for never; default 1 000. What a client
    /// compresses costs up to 44 KiB of its own to read, what it is sent is compressed once for all.
    /// </summary>
    [Range(0, 1_000_000)]
    public int CompressedConnections { get; set; } = 1000;

    /// <summary>
    /// Whether clients must say who they are before they may subscribe, and pages come from the platform or an allowed origin; default false.
    /// </summary>
    public bool RequireAuthentication { get; set; }

    /// <summary>A client that has not said who it is for this long is closed, where it must; default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan AuthenticationTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Between saying that this instance is not ready any more and sending its clients away when it stops: time for whoever sends clients
    /// here to learn of it. 0 … 10 s, default 1 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan DrainDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How many clients per second are told to come back when they are sent away; default 500.</summary>
    [Range(1, 100_000)]
    public int ReconnectsPerSecond { get; set; } = 500;
}
