using System.Diagnostics;

namespace Sure.TestServers;

/// <summary>What a program left behind.</summary>
/// <param name="ExitCode">0 where it succeeded.</param>
/// <param name="Output">What it printed.</param>
/// <param name="Errors">What it complained of.</param>
public sealed record ToolRun(int ExitCode, string Output, string Errors)
{
    /// <summary>All that it said, for messages of failing tests.</summary>
    public override string ToString() => $"Exit code {ExitCode}: {Output}{Environment.NewLine}{Errors}";
}

/// <summary>Runs programs that come to an end by themselves.</summary>
public static class Tool
{
    /// <summary>Waits for its end; who has no more time ends it with all that it has started, which its exit code then tells.</summary>
    /// <param name="start">What is run, where and with which settings.</param>
    /// <param name="limit">It is ended after this time.</param>
    /// <param name="cancellationToken">It is ended when this is cancelled.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">There is no such program.</exception>
    public static async Task<ToolRun> RunAsync(ProcessStartInfo start, TimeSpan limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(start);
        start.UseShellExecute = false;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ending.CancelAfter(limit);
        // Read to their ends even then: what it said last is what one wants to know.
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(ending.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }

        return new ToolRun(process.ExitCode, await output, await errors);
    }
}
