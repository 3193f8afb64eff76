using System.Net;
using Sure.TestServers;
using static Sure.Bench.CommandLine;
using static Sure.Bench.Rounds;

namespace Sure.Bench;

/// <summary>Policies bound per second beside bare transactions of pgbench on the same server, in turns.</summary>
internal static class BindingBench
{
    private const double Goal = 0.25;

    /// <summary>Requests that were answered with 503 and sent again.</summary>
    private static int _repeated;

    public static async Task<int> RunAsync(string[] options)
    {
        var rounds = Option(options, "--rounds", 5);
        var policies = Option(options, "--policies", 2048);
        var connections = Option(options, "--connections", 64);
        var durable = Text(options, "--fsync", "on") == "on";

        await using var postgres = new PostgresServer { Durable = durable };
        var pgbench = await PgBench.PrepareAsync(await postgres.CreateDatabaseAsync());
        await using var platform = await BindingPlatform.StartAsync(postgres, connections);
        Console.WriteLine($"{policies} policies, {connections} connections, fsync {(durable ? "on" : "off")}; rates per second, CPU in ms per policy");

        // What is compiled and planned on the way is not what is measured.
        await BindAsync(platform, policies, connections);
        await pgbench.SimpleUpdatesAsync(connections, policies);

        var results = new List<(double Binds, double Updates, double Inserts)>();
        Console.WriteLine($"{"round",5} {"binds",8} {"updates",8} {"inserts",8}   {string.Join("  ", platform.Services.Select(s => $"{s.Name} CPU"))}  client CPU");
        for (var round = 1; round <= rounds; round++)
        {
            var (binds, cpu) = await BindAsync(platform, policies, connections);
            var updates = await pgbench.SimpleUpdatesAsync(connections, policies);
            var inserts = await pgbench.InsertsAsync(connections, policies);
            results.Add((binds, updates, inserts));
            Console.WriteLine($"{round,5} {binds,8:F0} {updates,8:F0} {inserts,8:F0}   {string.Join("  ", cpu.Select(c => $"{c:F2}"))}");
        }

        var ofUpdates = Median(results.Select(r => r.Binds / r.Updates));
        var ofInserts = Median(results.Select(r => r.Binds / r.Inserts));
        Console.WriteLine($"medians: {Median(results.Select(r => r.Binds)):F0} binds/s, {Median(results.Select(r => r.Updates)):F0} simple updates/s, {Median(results.Select(r => r.Inserts)):F0} single inserts/s");
        Console.WriteLine($"{_repeated} requests were answered with 503 and sent again");
        Console.WriteLine($"binding is {ofUpdates:F2} of pgbench's simple-update and {ofInserts:F2} of single inserts; goal {Goal:F2}: {(ofUpdates >= Goal ? "reached" : "missed")}");
        return 0;
    }

    /// <summary>Policies per second and processor time per policy; quotes are made before the clock runs.</summary>
    private static async Task<(double Rate, IReadOnlyList<double> CpuMs)> BindAsync(BindingPlatform platform, int policies, int connections)
    {
        var quotes = await platform.QuoteAsync(policies);
        var token = platform.Token();
        var before = Cpu(platform);
        var startedAt = TimeProvider.System.GetTimestamp();
        await Parallel.ForEachAsync(quotes, new ParallelOptions { MaxDegreeOfParallelism = connections }, async (quote, _) =>
        {
            HttpStatusCode status;
            while ((status = await platform.BindAsync(quote, token)) is HttpStatusCode.ServiceUnavailable)
            {
                // On a machine with other work a server may be late; what counts is when the policy is bound.
                Interlocked.Increment(ref _repeated);
            }

            if (status is not HttpStatusCode.Created)
            {
                throw new InvalidOperationException($"Binding was answered with {status}.");
            }
        });
        var rate = policies / TimeProvider.System.GetElapsedTime(startedAt).TotalSeconds;
        return (rate, [.. Cpu(platform).Zip(before, (now, then) => (now - then).TotalMilliseconds / policies)]);
    }

    private static IReadOnlyList<TimeSpan> Cpu(BindingPlatform platform) => [.. platform.Services.Select(s => s.Cpu), Environment.CpuUsage.TotalTime];
}
