using System.Net.Http.Headers;
using System.Text;

namespace Sure.Bench.Quotes;

/// <summary>
/// <c>POST /api/v2/quote/multi-dimensional</c> at QuoteService beside Kestrel that answers plain text and fastify that computes the same without
/// a store, and through the gateway beside bare YARP and nginx to the same service; then its latency through the gateway at a fixed rate.
/// </summary>
internal static class QuoteBench
{
    private const int FirstRequests = 50;

    /// <summary>What rates are compared on: wrk has one thread and nginx one process, and leave any further core to our servers alone.</summary>
    private const int Cores = 2;

    private const string Path = "/api/v2/quote/multi-dimensional";
    private const string Body = """{"coverage_type":"depeg","chain":"Ethereum","stablecoin":"USDC","coverage_amount":10000,"duration_days":90}""";

    private static readonly string Script = System.IO.Path.Combine(AppContext.BaseDirectory, "Quotes", "quote.lua");

    public static async Task<int> RunAsync(string[] options)
    {
        var rounds = CommandLine.Option(options, "--rounds", 5);
        var seconds = CommandLine.Option(options, "--seconds", 6);
        var connections = CommandLine.Option(options, "--connections", 64);
        var rate = CommandLine.Option(options, "--rate", 500);
        var warmup = CommandLine.Option(options, "--warmup", 20);

        await using var platform = await QuotePlatform.StartAsync();
        Target[] targets =
        [
            new("Kestrel plaintext", new Uri(platform.Plaintext.Address, "/"), platform.Plaintext, Script: null),
            new("fastify", new Uri(platform.Fastify.Address, Path), platform.Fastify, Script),
            new("QuoteService", new Uri(platform.Quotes.Address, Path), platform.Quotes, Script),
            new("gateway", new Uri(platform.Front, Path), platform.Gateway, Script, Behind: platform.Quotes),
            new("bare YARP", new Uri(platform.Proxy.Address, Path), platform.Proxy, Script, Behind: platform.Quotes),
            new("nginx", new Uri(platform.Nginx.Address, Path), platform.Nginx, Script, Behind: platform.Quotes),
        ];

        // Compiled before the clock runs, and before there is load: a gateway that has not looked up its first key yet would answer 503.
        using var client = new HttpClient { BaseAddress = platform.Front };
        client.DefaultRequestHeaders.Authorization = AuthenticationHeaderValue.Parse(platform.Authorization);
        for (var i = 0; i < FirstRequests; i++)
        {
            await AskAsync(client);
        }

        foreach (var target in targets)
        {
            await MeasureAsync(target, connections, warmup, platform.Authorization);
        }

        var results = targets.ToDictionary(t => t.Name, _ => new List<Result>(), StringComparer.Ordinal);
        for (var round = 0; round < rounds; round++)
        {
            foreach (var target in targets)
            {
                results[target.Name].Add(await MeasureAsync(target, connections, seconds, platform.Authorization));
            }
        }

        Console.WriteLine($"{connections} connections, {seconds} s each, {rounds} rounds; CPU of the server alone, of a proxy without the service, and that of the service behind it");
        Console.WriteLine($"{"",-20} {"requests/s",11} {"range",17} {"µs CPU",8} {"behind",8}");
        foreach (var (name, found) in results)
        {
            Console.WriteLine(
                $"{name,-20} {Rounds.Median(found.Select(r => r.Rate)),11:F0} {$"{found.Min(r => r.Rate):F0} … {found.Max(r => r.Rate):F0}",17} {Rounds.Median(found.Select(r => r.CpuMicroseconds)),8:F1} {Rounds.Median(found.Select(r => r.CpuBehindMicroseconds)),8:F1}");
        }

        Console.WriteLine();
        var plain = Beside("QuoteService", "Kestrel plaintext", r => r.Rate);
        SayOfTwo($"QuoteService beside Kestrel plaintext {plain:F2}", "at least 0.45", plain >= 0.45);
        var cpu = Beside("QuoteService", "fastify", r => r.CpuMicroseconds);
        Say($"CPU of a quote beside fastify without a store {cpu:F2}", "at most 0.75", cpu <= 0.75);
        var yarp = Beside("gateway", "bare YARP", r => r.Rate);
        SayOfTwo($"gateway beside bare YARP {yarp:F2}", "at least 0.85", yarp >= 0.85);
        var nginx = Beside("gateway", "nginx", r => r.Rate);
        SayOfTwo($"gateway beside nginx {nginx:F2}", "at least 0.5", nginx >= 0.5);

        var latencies = await OpenLoop.RunAsync(20, rate, () => AskAsync(client));
        var (p50, p95) = (latencies[latencies.Count / 2], latencies[latencies.Count * 95 / 100]);
        Say($"at {rate} requests/s through the gateway p50 {p50:F2} ms, p95 {p95:F2} ms, p99 {latencies[latencies.Count * 99 / 100]:F2} ms", "at most 8 and 25 ms at 500", p50 <= 8 && p95 <= 25);
        return 0;

        double Beside(string ours, string theirs, Func<Result, double> figure) =>
            Rounds.Median(results[ours].Zip(results[theirs], (o, t) => figure(o) / figure(t)));
    }

    private static async Task<Result> MeasureAsync(Target target, int connections, int seconds, string authorization)
    {
        var (cpu, behind) = (target.Server.Cpu, target.Behind?.Cpu);
        var rate = await Wrk.RunAsync(target.Address, connections, seconds, target.Script, $"Authorization: {authorization}");
        var requests = rate * seconds;
        return new Result(
            rate, (target.Server.Cpu - cpu).TotalMicroseconds / requests, ((target.Behind?.Cpu - behind) ?? TimeSpan.Zero).TotalMicroseconds / requests);
    }

    private static async Task AskAsync(HttpClient client)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(Body));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await client.PostAsync(new Uri(Path, UriKind.Relative), content);
        answer.EnsureSuccessStatusCode();
        _ = await answer.Content.ReadAsByteArrayAsync();
    }

    /// <summary>A goal that says something where all share two cores.</summary>
    private static void SayOfTwo(string found, string goal, bool reached)
    {
        if (Environment.ProcessorCount <= Cores)
        {
            Say(found, goal, reached);
            return;
        }

        Console.WriteLine($"{found}; no verdict: the goal, {goal}, is one for {Cores} cores, and of these {Environment.ProcessorCount} the one thread of wrk and the one process of nginx leave the rest to what is beside them");
    }

    private static void Say(string found, string goal, bool reached) => Console.WriteLine($"{found}; goal {goal}: {(reached ? "reached" : "missed")}");

    private sealed record Target(string Name, Uri Address, ServiceProcess Server, string? Script, ServiceProcess? Behind = null);

    private sealed record Result(double Rate, double CpuMicroseconds, double CpuBehindMicroseconds);
}
