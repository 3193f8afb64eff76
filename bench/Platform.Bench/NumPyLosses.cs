using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sure.RiskService.LossModel;

namespace Sure.Bench;

/// <summary>The loss model in NumPy float64 on one thread, in a process of its own that times itself: losses.py.</summary>
internal static class NumPyLosses
{
    /// <summary>The system's own first: a virtual environment's python seldom has NumPy.</summary>
    private static readonly string[] Pythons = ["/usr/bin/python3", "python3"];

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>A python that has NumPy, and its versions; null where there is none.</summary>
    public static (string Python, string Versions)? Find()
    {
        foreach (var python in Pythons)
        {
            try
            {
                var versions = Execute(python, input: "", "-c", "import sys, numpy; print('Python', sys.version.split()[0], 'NumPy', numpy.__version__)");
                return (python, versions.Trim());
            }
            catch (Exception exception) when (exception is Win32Exception or InvalidOperationException)
            {
                // Not installed, or without NumPy: perhaps the next.
            }
        }

        return null;
    }

    public static LossRun Simulate(string python, LossBook book, int scenarios, int seed)
    {
        var request = JsonSerializer.Serialize(new { Model = book, Scenarios = scenarios, Seed = seed }, Json);
        var answer = JsonNode.Parse(Execute(python, request, Path.Combine(AppContext.BaseDirectory, "losses.py")))!;
        return new LossRun(
            Estimate("expected_loss"), Estimate("var99"), Estimate("cvar99"), (double)answer["seconds"]!, (double)answer["cpu_seconds"]!);

        Estimate Estimate(string name) => new((double)answer[name]![0]!, (double)answer[name]![1]!);
    }

    private static string Execute(string python, string input, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(python, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{python} ended with {process.ExitCode}: {errors.Result}");
    }
}
