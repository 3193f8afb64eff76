using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Sure.Gateway.Webhooks;

/// <summary>Section <c>Webhooks</c>: whom they may reach and how often it is tried.</summary>
internal sealed class WebhookOptions
{
    /// <summary>Networks (<c>10.1.2.0/24</c>, <c>fd00:1::/64</c>) that may be reached although they are not public. Default none.</summary>
    public IReadOnlyList<string> AllowedNetworks { get; set; } = [];

    /// <summary>Whether <c>http</c> is allowed beside <c>https</c>. Default no.</summary>
    public bool AllowHttp { get; set; }

    /// <summary>Webhooks there may be. 1 … 10 000, default 100.</summary>
    [Range(1, 10_000)]
    public int Most { get; set; } = 100;

    /// <summary>Deliveries that this instance attempts at a time; 0: it attempts none. 0 … 256, default 16.</summary>
    [Range(0, 256)]
    public int Concurrency { get; set; } = 16;

    /// <summary>Of those to one webhook, so that one that is slow does not hold up the others. 1 … 256, default 4.</summary>
    [Range(1, 256)]
    public int ConcurrencyPerWebhook { get; set; } = 4;

    /// <summary>How often is looked for what is due. 50 ms … 1 min, default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:01:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long one attempt may take, from the name server to the status line. 0.1 … 30 s, default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:30")]
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Pause after the first attempt that failed; each further pause is three times as long. 0.1 s … 1 h, default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan FirstPause { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest pause. 1 s … 6 h, default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "06:00:00")]
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromHours(1);

    /// <summary>An event is given up when its last attempt, so long after it was taken, fails. 1 min … 7 days, default 24 h.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00")]
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long finished deliveries are kept in the log. 1 … 3 660 days, default 30 days.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3660.00:00:00")]
    public TimeSpan LogRetention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>What is wrong with the options as a whole.</summary>
    public IEnumerable<string> Faults()
    {
        foreach (var network in AllowedNetworks.Where(n => !IPNetwork.TryParse(n, out _)))
        {
            yield return $"Webhooks:AllowedNetworks: {network} is no network such as 10.1.2.0/24.";
        }
    }
}
