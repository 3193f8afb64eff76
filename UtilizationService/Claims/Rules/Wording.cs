using System.Globalization;

namespace Sure.UtilizationService.Claims.Rules;

/// <summary>Numbers and times as reasons and evidence state them.</summary>
internal static class Wording
{
    public static decimal Seconds(TimeSpan time) => time.Ticks / (decimal)TimeSpan.TicksPerSecond;

    public static string Utc(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary><c>1 h 30 min</c>, <c>59 s</c>.</summary>
    public static string Span(TimeSpan time)
    {
        string[] parts =
        [
            .. (int)time.TotalHours > 0 ? [$"{(int)time.TotalHours} h"] : Array.Empty<string>(),
            .. time.Minutes > 0 ? [$"{time.Minutes} min"] : Array.Empty<string>(),
            .. time.Seconds > 0 ? [$"{time.Seconds} s"] : Array.Empty<string>(),
        ];
        return parts.Length > 0 ? string.Join(' ', parts) : "0 s";
    }

    /// <summary>Without zeros that say nothing: <c>0.97</c>, not <c>0.9700</c>.</summary>
    public static string Plain(decimal number) => number.ToString("0.############################", CultureInfo.InvariantCulture);

    public static string LiveSources(int atLeast) => atLeast == 1 ? "1 live source" : $"{atLeast} live sources";
}
