using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Npgsql;
using Sure.Contracts.Vocabulary;
using Sure.TestServers;

namespace Sure.Bench;

/// <summary>
/// Observations through the gateway: a steady rate for a minute, none lost and memory held; then as many as go in, beside <c>COPY</c> of as
/// many rows by psql into a table of the same columns and key on the same server.
/// </summary>
internal static class IngestionBench
{
    private const double Goal = 0.3;
    private const int SteadyRate = 5_000;
    private const int SourcesOfKeeper = 10;

    /// <summary>Observations of one request: ten sources, fourteen coins, seven moments.</summary>
    private const int BatchSize = 980;

    public static async Task<int> RunAsync(string[] options)
    {
        var rounds = CommandLine.Option(options, "--rounds", 5);
        var seconds = CommandLine.Option(options, "--seconds", 60);
        var batches = CommandLine.Option(options, "--batches", 200);
        var connections = CommandLine.Option(options, "--connections", 8);

        await using var postgres = new PostgresServer { Durable = true };
        var database = Databases.Plain(await postgres.CreateDatabaseAsync());
        var keyFile = Path.Combine(Path.GetTempPath(), $"sure-bench-{Environment.ProcessId}.key");
        // The gateway has a door for the services and one for everybody else.
        var (inside, front) = (FreePorts.Address(), FreePorts.Address());
        await using var bridges = await StartAsync("BridgeService", database, FreePorts.Address(), new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Market__Source"] = "none",
            ["services__gateway__http__0"] = inside.GetLeftPart(UriPartial.Authority),
        });
        await using var gateway = await StartAsync("Gateway", Databases.Plain(await postgres.CreateDatabaseAsync()), inside, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["DOTNET_ENVIRONMENT"] = "Development",
            ["Platform__DevelopmentKeyFile"] = keyFile,
            ["Gateway__Port"] = $"{front.Port}",
            // Nobody listens there: the gateway counts requests alone.
            ["ConnectionStrings__messaging"] = "amqp://guest:guest@127.0.0.1:1",
            ["ConnectionStrings__cache"] = "127.0.0.1:1,connectTimeout=100",
            ["services__bridgeservice__http__0"] = bridges.Address.GetLeftPart(UriPartial.Authority),
        });
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections }) { BaseAddress = front };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await DevelopmentKey.ReadAsync(keyFile));
        await using var source = NpgsqlDataSource.Create(database);
        ServiceProcess[] measured = [gateway, bridges];

        // Compiled and planned before the clock runs.
        await PostAsync(client, keepers: connections, batches: 20, firstMoment: -1_000_000);

        var lost = await SteadyAsync(client, source, measured, seconds);

        var ratios = new List<double>();
        Console.WriteLine($"\n{"round",5} {"posted/s",9} {"COPY/s",9}   ratio   ms CPU per 1 000: {string.Join(", ", measured.Select(m => m.Name))}");
        for (var round = 1; round <= rounds; round++)
        {
            var before = measured.Select(m => m.Cpu).ToList();
            var startedAt = TimeProvider.System.GetTimestamp();
            await PostAsync(client, connections, batches, firstMoment: round * 1_000_000L);
            var posted = batches * BatchSize / TimeProvider.System.GetElapsedTime(startedAt).TotalSeconds;
            var cpu = measured.Zip(before, (m, b) => (m.Cpu - b).TotalMilliseconds / (batches * BatchSize / 1000.0));
            var copied = await CopyAsync(database, source, batches * BatchSize);
            ratios.Add(posted / copied);
            Console.WriteLine($"{round,5} {posted,9:F0} {copied,9:F0}   {ratios[^1]:F2}    {string.Join(", ", cpu.Select(c => $"{c:F1}"))}");
        }

        var ratio = Rounds.Median(ratios);
        Console.WriteLine($"median: posting is {ratio:F2} of COPY; goal {Goal:F1}: {(ratio >= Goal ? "reached" : "missed")}");
        Console.WriteLine($"observations lost at {SteadyRate}/s for {seconds} s {lost}; goal 0: {(lost == 0 ? "reached" : "missed")}");
        File.Delete(keyFile);
        return lost == 0 ? 0 : 1;
    }

    /// <summary>How many of those that were accepted are not in the table; negative where there are more.</summary>
    private static async Task<long> SteadyAsync(HttpClient client, NpgsqlDataSource source, ServiceProcess[] measured, int seconds)
    {
        var before = await CountAsync(source);
        var batches = SteadyRate * seconds / BatchSize;
        var pending = new List<Task>();
        var started = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds((double)BatchSize / SteadyRate));
        Console.WriteLine($"{SteadyRate} observations/s for {seconds} s; resident memory in MiB of {string.Join(", ", measured.Select(m => m.Name))}");
        for (var batch = 0; batch < batches; batch++)
        {
            pending.Add(PostBatchAsync(client, keeper: 0, moment: batch * 10L));
            if (batch % (batches / 6) == 0)
            {
                Console.WriteLine($"{TimeProvider.System.GetElapsedTime(started).TotalSeconds,5:F0} s: {string.Join(", ", measured.Select(m => m.ResidentBytes >> 20))}; {pending.Count(p => !p.IsCompleted)} requests wait");
            }

            await timer.WaitForNextTickAsync();
        }

        await Task.WhenAll(pending);
        var elapsed = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        var kept = await CountAsync(source) - before;
        Console.WriteLine($"{elapsed,5:F0} s: {string.Join(", ", measured.Select(m => m.ResidentBytes >> 20))}");
        Console.WriteLine($"sent {batches * BatchSize} at {batches * BatchSize / elapsed:F0}/s, kept {kept}");
        return (batches * BatchSize) - kept;
    }

    /// <summary>Posts batches over as many keepers, each with sources of its own and its batches in order.</summary>
    private static Task PostAsync(HttpClient client, int keepers, int batches, long firstMoment) => Task.WhenAll(Enumerable.Range(0, keepers).Select(async keeper =>
    {
        for (var batch = keeper; batch < batches; batch += keepers)
        {
            await PostBatchAsync(client, keeper + 1, firstMoment + (batch * 10L));
        }
    }));

    private static async Task PostBatchAsync(HttpClient client, int keeper, long moment)
    {
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new
        {
            observations = from later in Enumerable.Range(0, BatchSize / SourcesOfKeeper / Words<Stablecoin>.All.Count)
                           from number in Enumerable.Range(0, SourcesOfKeeper)
                           from coin in Words<Stablecoin>.All
                           select new { source = $"keeper-{keeper}-{number}", kind = "price", stablecoin = coin, value = 0.9999m, observed_at = MomentOf(moment + later) },
        }));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await client.PostAsync(new Uri("/api/v2/observations", UriKind.Relative), content);
        var text = await answer.Content.ReadAsStringAsync();
        using var document = JsonDocument.Parse(text);
        if (!answer.IsSuccessStatusCode || document.RootElement.GetProperty("accepted").GetInt32() != BatchSize)
        {
            throw new InvalidOperationException($"A batch was answered with {answer.StatusCode}: {text[..Math.Min(text.Length, 300)]}");
        }
    }

    /// <summary>A millisecond for each, an hour ago and later.</summary>
    private static decimal MomentOf(long moment) => Beginning + (moment / 1000m);

    private static decimal Beginning { get; } = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - (3600 * 6);

    /// <summary>Rows per second of <c>\copy</c> of such rows from a file into an empty table of the same shape.</summary>
    private static async Task<double> CopyAsync(string database, NpgsqlDataSource source, int rows)
    {
        await using (var prepare = source.CreateCommand(
            """
            DROP TABLE IF EXISTS copied;
            CREATE TABLE copied (LIKE price_observation INCLUDING ALL);
            """))
        {
            await prepare.ExecuteNonQueryAsync();
        }

        var file = Path.Combine(Path.GetTempPath(), $"sure-bench-{Environment.ProcessId}.csv");
        await using (var export = source.CreateCommand($"SELECT stablecoin, kind, source, observed_at, received_at, value FROM price_observation ORDER BY received_at DESC LIMIT {rows}"))
        await using (var reader = await export.ExecuteReaderAsync())
        await using (var writer = new StreamWriter(file, append: false, Encoding.UTF8))
        {
            while (await reader.ReadAsync())
            {
                await writer.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{reader.GetString(0)},{reader.GetString(1)},{reader.GetString(2)},{reader.GetDateTime(3):O},{reader.GetDateTime(4):O},{reader.GetDecimal(5)}"));
            }
        }

        var settings = new NpgsqlConnectionStringBuilder(database);
        var startedAt = TimeProvider.System.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(
            Programs.PostgresTool("psql"),
            [
                "-h", settings.Host!, "-p", $"{settings.Port}", "-U", settings.Username!, "-d", settings.Database!, "-q", "-v", "ON_ERROR_STOP=1",
                "-c", $"\\copy copied (stablecoin, kind, source, observed_at, received_at, value) FROM '{file}' WITH (FORMAT csv)",
            ])
        {
            UseShellExecute = false,
        })!;
        await process.WaitForExitAsync();
        var rate = rows / TimeProvider.System.GetElapsedTime(startedAt).TotalSeconds;
        File.Delete(file);
        return process.ExitCode == 0 ? rate : throw new InvalidOperationException($"psql ended with {process.ExitCode}.");
    }

    private static async Task<long> CountAsync(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand("SELECT count(*) FROM price_observation");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static Task<ServiceProcess> StartAsync(
        string name, string database, Uri address, IReadOnlyDictionary<string, string> settings) =>
        ServiceProcess.StartAsync(name, address, new Dictionary<string, string>(settings, StringComparer.Ordinal)
        {
            ["ConnectionStrings__platform"] = database,
            // Nobody listens there; events wait in the outbox.
            ["ConnectionStrings__messaging"] = "amqp://guest:guest@127.0.0.1:1",
        });
}
