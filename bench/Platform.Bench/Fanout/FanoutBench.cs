using System.Diagnostics;

namespace Sure.Bench.Fanout;

/// <summary>How long it takes until the last of many clients has a message, and what a delivered message costs, beside others that do the same.</summary>
internal static class FanoutBench
{
    private const int Singles = 30;
    private const int Burst = 100;
    private const int Bursts = 3;

    private const string Own = "RealtimeService";
    private const string ByGateway = "… through the gateway";

    private static readonly (string Name, Func<Task<FanoutServer>> StartAsync)[] Servers =
    [
        (Own, RealtimeServer.StartAsync),
        (ByGateway, RealtimeServer.StartBehindGatewayAsync),
        ("WebSocket + Channel", () => PeerServer.DotNetAsync(DotNetPeers.Managed, "/live", firstMessage: null)),
        ("Go gorilla", () => PeerServer.GoAsync("gorilla", "/live", firstMessage: null)),
        ("SignalR JSON", () => PeerServer.DotNetAsync(DotNetPeers.SignalR, "/live", "{\"protocol\":\"json\",\"version\":1}\u001e")),
        ("Node ws", () => PeerServer.NodeAsync("ws", "/", firstMessage: null)),
        ("socket.io", () => PeerServer.NodeAsync("socketio", "/socket.io/?EIO=4&transport=websocket", "40")),
    ];

    public static async Task<int> RunAsync(string[] options)
    {
        var rounds = CommandLine.Option(options, "--rounds", 5);
        var warmup = TimeSpan.FromSeconds(CommandLine.Option(options, "--warmup", 10));
        var counts = CommandLine.Text(options, "--clients", "100,1000,5000").Split(',').Select(int.Parse).ToList();
        Console.WriteLine($"messages of about 304 bytes; ms from publishing one to the last client, median of {Singles}; k messages/s and CPU of the server of {Burst} at once, median of {Bursts}; medians of {rounds} rounds");
        foreach (var count in counts)
        {
            var results = Servers.ToDictionary(s => s.Name, _ => new List<Result>());
            for (var round = 0; round < rounds; round++)
            {
                foreach (var (name, startAsync) in Servers)
                {
                    await using var server = await startAsync();
                    results[name].Add(await MeasureAsync(server, count, warmup));
                }
            }

            Print(count, results);
        }

        return 0;
    }

    private static async Task<Result> MeasureAsync(FanoutServer server, int count, TimeSpan warmup)
    {
        var before = server.ResidentBytes;
        using var crowd = await Crowd.JoinAsync(server, count);
        var perConnection = (server.ResidentBytes - before) / 1024.0 / count;
        await WarmUpAsync(crowd, warmup);
        var times = new List<double>();
        var cpu = server.Cpu;
        for (var i = 0; i < Singles; i++)
        {
            times.Add((await crowd.HearAsync(times: 1)).TotalMilliseconds);
        }

        var single = (server.Cpu - cpu).TotalMicroseconds / Singles / count;
        var bursts = new List<double>();
        cpu = server.Cpu;
        for (var i = 0; i < Bursts; i++)
        {
            bursts.Add((await crowd.HearAsync(Burst)).TotalMilliseconds);
        }

        return new Result(
            Rounds.Median(times), single, Burst * count / Rounds.Median(bursts), (server.Cpu - cpu).TotalMicroseconds / Bursts / Burst / count, perConnection);
    }

    /// <summary>What is called often is compiled for speed meanwhile, by .NET and by Node; the more there is of it, the longer it takes.</summary>
    private static async Task WarmUpAsync(Crowd crowd, TimeSpan warmup)
    {
        var startedAt = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(startedAt) < warmup)
        {
            await crowd.HearAsync(times: 1);
        }

        await crowd.HearAsync(Burst);
    }

    private static void Print(int count, Dictionary<string, List<Result>> results)
    {
        Console.WriteLine();
        Console.WriteLine($"{count} clients {"",10} {"ms",8} {"µs CPU/msg",11} {"burst k/s",10} {"µs CPU/msg",11} {"KiB/conn",9}");
        foreach (var (name, rounds) in results)
        {
            Console.WriteLine(
                $"{name,-22} {Of(rounds, r => r.Milliseconds),8:F2} {Of(rounds, r => r.CpuMicroseconds),11:F2} {Of(rounds, r => r.Thousands),10:F1} {Of(rounds, r => r.BurstCpuMicroseconds),11:F2} {Of(rounds, r => r.KibPerConnection),9:F1}");
        }

        double Beside(string other, Func<Result, double> figure) => Rounds.Median(results[Own].Zip(results[other], (ours, theirs) => figure(ours) / figure(theirs)));
        var own = results[Own];
        var time = Beside("WebSocket + Channel", r => r.Milliseconds);
        Say($"{count} clients, time beside WebSocket + Channel {time:F2}", "at most 0.8", time <= 0.8);
        var go = Beside("Go gorilla", r => r.Milliseconds);
        Say($"{count} clients, time beside Go {go:F2}", "at most 1", go <= 1);
        var signalR = Beside("SignalR JSON", r => r.Thousands);
        Say($"{count} clients, rate beside SignalR {signalR:F2}", "at least 2", signalR >= 2);
        var ws = Beside("Node ws", r => r.Thousands);
        Say($"{count} clients, rate beside Node ws {ws:F2}", "at least 2.5", ws >= 2.5);
        var cpu = Beside("SignalR JSON", r => r.BurstCpuMicroseconds);
        Say($"{count} clients, CPU per message beside SignalR {cpu:F2}", "at most 0.4", cpu <= 0.4);
        var gateway = Rounds.Median(results[ByGateway].Zip(own, (through, direct) => direct.Milliseconds / through.Milliseconds));
        var gatewayRate = Rounds.Median(results[ByGateway].Zip(own, (through, direct) => through.Thousands / direct.Thousands));
        Say($"{count} clients through the gateway, one message {gateway:F2} and a burst {gatewayRate:F2} times as fast as direct", "at least 0.5", Math.Min(gateway, gatewayRate) >= 0.5);
        if (count <= 100)
        {
            Say($"{count} clients, the last one after {Of(own, r => r.Milliseconds):F2} ms", "at most 10 ms for 100", Of(own, r => r.Milliseconds) <= 10);
        }
    }

    private static void Say(string found, string goal, bool reached) => Console.WriteLine($"{found}; goal {goal}: {(reached ? "reached" : "missed")}");

    private static double Of(IEnumerable<Result> rounds, Func<Result, double> figure) => Rounds.Median(rounds.Select(figure));

    private sealed record Result(double Milliseconds, double CpuMicroseconds, double Thousands, double BurstCpuMicroseconds, double KibPerConnection);
}
