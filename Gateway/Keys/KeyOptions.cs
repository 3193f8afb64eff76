using System.ComponentModel.DataAnnotations;

namespace Sure.Gateway.Keys;

/// <summary>Section <c>Keys</c>: the first key, and how long what is known of a key is believed.</summary>
internal sealed class KeyOptions
{
    /// <summary>
    /// A key with the scope <c>admin</c> that is let in while there is no other that is good: on a new platform somebody must make the first
    /// one. Null or empty: none.
    /// </summary>
    public string? First { get; set; }

    /// <summary>A key that is revoked is refused everywhere after this time; at most the 5 s that are promised.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:00:05")]
    public TimeSpan Fresh { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>While PostgreSQL is away, a key that was known is believed this long.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Usable { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>A lookup that takes longer has failed.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:01:00")]
    public TimeSpan LookupTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Keys that are remembered, and as many prefixes that are none.</summary>
    [Range(1, 1_000_000)]
    public int Remembered { get; set; } = 10_000;
}
