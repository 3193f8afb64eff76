using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using Sure.TestServers;

namespace Sure.Bench;

/// <summary>Bare transactions, as pgbench makes them.</summary>
internal sealed partial class PgBench
{
    /// <summary>One row per transaction, and nothing else.</summary>
    private const string InsertScript = "INSERT INTO bare (note) VALUES ('one row');\n";

    private readonly string _database;
    private readonly string _script = Path.Combine(Path.GetTempPath(), $"sure-bench-{Environment.ProcessId}.sql");

    private PgBench(string database) => _database = database;

    public static async Task<PgBench> PrepareAsync(string database)
    {
        var bench = new PgBench(database);
        await File.WriteAllTextAsync(bench._script, InsertScript);
        await bench.RunAsync("--initialize", "--quiet", "--scale=1");
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand("CREATE TABLE bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text NOT NULL)");
        await command.ExecuteNonQueryAsync();
        return bench;
    }

    /// <summary>Transactions per second of pgbench's simple-update: begin, update one of 100 000 rows, read it, insert one, commit.</summary>
    public Task<double> SimpleUpdatesAsync(int clients, int transactions) => MeasureAsync(clients, transactions, "--builtin=simple-update");

    /// <summary>Transactions per second of one INSERT of one row.</summary>
    public Task<double> InsertsAsync(int clients, int transactions) => MeasureAsync(clients, transactions, $"--file={_script}");

    private async Task<double> MeasureAsync(int clients, int transactions, string what)
    {
        var output = await RunAsync("--no-vacuum", $"--client={clients}", "--jobs=2", $"--transactions={Math.Max(1, transactions / clients)}", what);
        return double.Parse(RatePattern().Match(output).Groups["rate"].Value, CultureInfo.InvariantCulture);
    }

    private async Task<string> RunAsync(params string[] arguments)
    {
        var settings = new NpgsqlConnectionStringBuilder(_database);
        using var process = Process.Start(new ProcessStartInfo(
            Programs.PostgresTool("pgbench"), ["-h", settings.Host!, "-p", $"{settings.Port}", "-U", settings.Username!, .. arguments, settings.Database!])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"pgbench ended with {process.ExitCode}: {await errors}");
    }

    /// <summary>For example <c>tps = 1234.567890 (without initial connection time)</c>.</summary>
    [GeneratedRegex(@"tps = (?<rate>[0-9.]+) \(without", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RatePattern();
}
