using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Sure.Bench.Quotes;

/// <summary>Load by <c>wrk</c> of Debian: one thread that keeps a number of connections busy.</summary>
internal static partial class Wrk
{
    /// <summary>Answers per second; every one must be 2xx.</summary>
    /// <param name="target">What is asked.</param>
    /// <param name="connections">Connections, each with one request under way.</param>
    /// <param name="seconds">For how long.</param>
    /// <param name="script">A script in Lua that says what is sent; null for GET.</param>
    /// <param name="headers">Headers of each request.</param>
    public static async Task<double> RunAsync(Uri target, int connections, int seconds, string? script, params string[] headers)
    {
        var arguments = new List<string> { "-t1", $"-c{connections}", $"-d{seconds}s", "--timeout", "10s" };
        arguments.AddRange(headers.SelectMany(h => (string[])["-H", h]));
        if (script is not null)
        {
            arguments.AddRange(["-s", script]);
        }

        using var process = Process.Start(new ProcessStartInfo("wrk", [.. arguments, target.ToString()]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var rate = Rate().Match(output);
        return process.ExitCode == 0 && rate.Success && !output.Contains("Non-2xx", StringComparison.Ordinal) && !output.Contains("Socket errors", StringComparison.Ordinal)
            ? double.Parse(rate.Groups["rate"].Value, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"wrk {target} ended with {process.ExitCode}: {output}");
    }

    [GeneratedRegex(@"Requests/sec:\s+(?<rate>[\d.]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Rate();
}
