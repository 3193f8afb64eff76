using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Sure.ServiceDefaults;

/// <summary>
/// How many files and sockets this process may have open at a time. When it has them all it can neither take a connection nor hang up on one:
/// the server asks for the next again and again, and nobody is answered any more. So no more connections are let in than fit.
/// </summary>
/// <param name="Most">What the kernel lets it have (<c>RLIMIT_NOFILE</c>).</param>
public sealed partial record OpenFiles(long Most)
{
    /// <summary>For files, databases and brokers, and for connections that are about to be hung up on.</summary>
    private const long Kept = 512;

    private const string Limits = "/proc/self/limits";

    /// <summary>Reads it; where the system does not say, there is no limit.</summary>
    public static OpenFiles OfThisProcess() => Read(File.Exists(Limits) ? File.ReadLines(Limits) : []);

    /// <summary>
    /// How many connections may be open: as many as are wanted, or as fit beside what is kept for others, which is at most half of all; at
    /// least 1. Fewer than are wanted are warned of.
    /// </summary>
    /// <param name="wanted">As many as the setting allows.</param>
    /// <param name="setting">Its name.</param>
    /// <param name="socketsEach">Sockets that one of them takes.</param>
    /// <param name="besides">Sockets that are needed besides.</param>
    /// <param name="logger">Warned.</param>
    public long Connections(long wanted, string setting, int socketsEach, int besides, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(logger);
        var fitting = Math.Max(1, (Most - Math.Min(Kept + besides, Most / 2)) / socketsEach);
        if (fitting >= wanted)
        {
            return wanted;
        }

        Log.TooFew(logger, wanted, setting, fitting, Most);
        return fitting;
    }

    /// <summary>The lines of <c>/proc/self/limits</c>; the first number is the limit that holds.</summary>
    internal static OpenFiles Read(IEnumerable<string> limits)
    {
        const string Name = "Max open files";
        var columns = limits.FirstOrDefault(l => l.StartsWith(Name, StringComparison.Ordinal))?[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new(columns is [var most, ..] && long.TryParse(most, NumberStyles.None, CultureInfo.InvariantCulture, out var files) ? files : long.MaxValue);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Of {Wanted} connections by {Setting} only {Fitting} fit into the {Files} files that this process may have open; the others are turned away.")]
        public static partial void TooFew(ILogger logger, long wanted, string setting, long fitting, long files);
    }
}
