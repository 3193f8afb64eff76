namespace Sure.Bench.Fanout;

/// <summary>How long it takes until the last of many clients has a message, and what a delivered message costs, beside others that do the same.</summary>
internal static class FanoutBench
{
    private const int Warmup = 10;
    private const int Singles = 30;
    private const int Burst = 100;

    /// <summary>Longer frames are messages; what the servers say besides is shorter.</summary>
    private const int LeastMessage = 290;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly (string Name, Func<Task<FanoutServer>> StartAsync)[] Servers =
    [
        ("RealtimeService", RealtimeServer.StartAsync),
        ("WebSocket + Channel", () => PeerServer.DotNetAsync(DotNetPeers.Managed, "/live", firstMessage: null)),
        ("SignalR JSON", () => PeerServer.DotNetAsync(DotNetPeers.SignalR, "/live", "{\"protocol\":\"json\",\"version\":1}\u001e")),
        ("Node ws", () => PeerServer.NodeAsync("ws", "/", firstMessage: null)),
        ("socket.io", () => PeerServer.NodeAsync("socketio", "/socket.io/?EIO=4&transport=websocket", "40")),
    ];

    public static async Task<int> RunAsync(string[] options)
    {
        var rounds = CommandLine.Option(options, "--rounds", 3);
        var counts = CommandLine.Text(options, "--clients", "100,1000,5000").Split(',').Select(int.Parse).ToList();
        Console.WriteLine($"messages of about 304 bytes; ms from publishing one to the last client, median of {Singles}; k messages/s and CPU of the server of {Burst} at once; medians of {rounds} rounds");
        foreach (var count in counts)
        {
            var results = Servers.ToDictionary(s => s.Name, _ => new List<Result>());
            for (var round = 0; round < rounds; round++)
            {
                foreach (var (name, startAsync) in Servers)
                {
                    await using var server = await startAsync();
                    results[name].Add(await MeasureAsync(server, count));
                }
            }

            Print(count, results);
        }

        return 0;
    }

    private static async Task<Result> MeasureAsync(FanoutServer server, int count)
    {
        var countdown = new Countdown();
        var clients = new List<RawListener>();
        try
        {
            var before = server.ResidentBytes;
            for (var i = 0; i < count; i++)
            {
                var bytes = 0L;
                var client = new RawListener((_, length) =>
                {
                    if (countdown.IsBurst)
                    {
                        var before = countdown.MessagesIn(bytes);
                        bytes += length;
                        countdown.Signal(countdown.MessagesIn(bytes) - before);
                    }
                    else if (length >= LeastMessage)
                    {
                        countdown.Single = length;
                        countdown.Signal(1);
                    }
                });
                clients.Add(client);
                await client.ConnectAsync(server.Address, server.FirstMessage);
                _ = client.ListenAsync();
            }

            // Everybody is in when everybody has had the same messages.
            await AwaitAllAsync(server, countdown, count);
            var perConnection = (server.ResidentBytes - before) / 1024.0 / count;
            for (var i = 0; i < Warmup; i++)
            {
                await RoundAsync(server, countdown, count, times: 1);
            }

            var times = new List<double>();
            var cpu = server.Cpu;
            for (var i = 0; i < Singles; i++)
            {
                times.Add((await RoundAsync(server, countdown, count, times: 1)).TotalMilliseconds);
            }

            var single = (server.Cpu - cpu).TotalMicroseconds / Singles / count;
            countdown.IsBurst = true;
            cpu = server.Cpu;
            var burst = await RoundAsync(server, countdown, count, Burst);
            return new Result(
                Rounds.Median(times), single, (double)Burst * count / burst.TotalSeconds / 1000, (server.Cpu - cpu).TotalMicroseconds / Burst / count, perConnection);
        }
        finally
        {
            clients.ForEach(c => c.Dispose());
        }
    }

    /// <summary>A client that is not in yet misses a message; then another is told.</summary>
    private static async Task AwaitAllAsync(FanoutServer server, Countdown countdown, int count)
    {
        for (var i = 0; i < 20; i++)
        {
            var all = countdown.Expect(count);
            await server.PublishAsync(1);
            if (await Task.WhenAny(all, Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System)) == all)
            {
                return;
            }
        }

        throw new InvalidOperationException("Not all clients hear what is told.");
    }

    private static async Task<TimeSpan> RoundAsync(FanoutServer server, Countdown countdown, int count, int times)
    {
        var all = countdown.Expect(count * times);
        var started = TimeProvider.System.GetTimestamp();
        await server.PublishAsync(times);
        if (await Task.WhenAny(all, Task.Delay(Patience, TimeProvider.System)) != all)
        {
            throw new InvalidOperationException($"{countdown.Left} of {count * times} messages were not heard.");
        }

        return TimeProvider.System.GetElapsedTime(started, await all);
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

        double Beside(string other, Func<Result, double> figure) => Rounds.Median(results["RealtimeService"].Zip(results[other], (ours, theirs) => figure(ours) / figure(theirs)));
        var own = results["RealtimeService"];
        var time = Beside("WebSocket + Channel", r => r.Milliseconds);
        Say($"{count} clients, time beside WebSocket + Channel {time:F2}", "at most 0.8", time <= 0.8);
        var signalR = Beside("SignalR JSON", r => r.Thousands);
        Say($"{count} clients, rate beside SignalR {signalR:F2}", "at least 2", signalR >= 2);
        var ws = Beside("Node ws", r => r.Thousands);
        Say($"{count} clients, rate beside Node ws {ws:F2}", "at least 2.5", ws >= 2.5);
        var cpu = Beside("SignalR JSON", r => r.BurstCpuMicroseconds);
        Say($"{count} clients, CPU per message beside SignalR {cpu:F2}", "at most 0.4", cpu <= 0.4);
        if (count <= 100)
        {
            Say($"{count} clients, the last one after {Of(own, r => r.Milliseconds):F2} ms", "at most 10 ms for 100", Of(own, r => r.Milliseconds) <= 10);
        }
    }

    private static void Say(string found, string goal, bool reached) => Console.WriteLine($"{found}; goal {goal}: {(reached ? "reached" : "missed")}");

    private static double Of(IEnumerable<Result> rounds, Func<Result, double> figure) => Rounds.Median(rounds.Select(figure));

    /// <summary>
    /// Counts what all clients hear. SignalR puts what waits together and sends it in frames of any length, so in a burst it is bytes that are
    /// counted.
    /// </summary>
    private sealed class Countdown
    {
        private TaskCompletionSource<long> _done = new();
        private long _left;

        /// <summary>Those that are still to come.</summary>
        public long Left => Volatile.Read(ref _left);

        /// <summary>Answers the timestamp of the last of so many.</summary>
        public Task<long> Expect(int count)
        {
            _done = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _left, count);
            return _done.Task;
        }

        /// <summary>Length of a message that came alone.</summary>
        public int Single { get; set; }

        /// <summary>Whether messages no longer come one by one.</summary>
        public bool IsBurst { get; set; }

        /// <summary>How many messages so many bytes are; offsets with more digits make no difference.</summary>
        public int MessagesIn(long bytes) => (int)((bytes + (Single / 2)) / Single);

        public void Signal(int messages)
        {
            if (Interlocked.Add(ref _left, -messages) == 0)
            {
                _done.TrySetResult(TimeProvider.System.GetTimestamp());
            }
        }
    }

    private sealed record Result(double Milliseconds, double CpuMicroseconds, double Thousands, double BurstCpuMicroseconds, double KibPerConnection);
}
