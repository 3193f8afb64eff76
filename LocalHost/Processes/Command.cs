using System.Diagnostics;

namespace Sure.LocalHost.Processes;

/// <summary>Runs a program to its end.</summary>
internal static class Command
{
    /// <summary>
    /// Its exit code and everything it wrote. It is killed when <paramref name="cancellationToken"/> is cancelled, and carries the mark of
    /// <paramref name="run"/>, so that it does not outlive us either.
    /// </summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        RunFolder run, string workingDirectory, string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = workingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { [Scripts.Mark] = run.Folder },
        })!;
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, (await output + await error).Trim());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
