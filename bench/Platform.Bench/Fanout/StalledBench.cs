namespace Sure.Bench.Fanout;

/// <summary>
/// What clients notice of others that have stopped reading: how long they wait for single messages beside one per cent of stalled ones, in
/// turns with the same server and crowd without any; and that the stalled ones are given up, with what waited for them.
/// </summary>
internal static class StalledBench
{
    private const int Warmup = 100;
    private const int ReceiveBuffer = 4096;
    private const int Filling = 20;
    private const int Kibi = 1024;

    /// <summary>More than enough to fill what the machine keeps for a connection and then what the server does.</summary>
    private const int MostFilling = 20_000;

    public static async Task<int> RunAsync(string[] options)
    {
        var rounds = CommandLine.Option(options, "--rounds", 5);
        var count = CommandLine.Option(options, "--clients", 2000);
        var messages = CommandLine.Option(options, "--messages", 100);
        var stalled = Math.Max(1, count / 100);

        Console.WriteLine($"{count} clients that read, alone and beside {stalled} that do not; {messages} single messages each; ms until a client has one");
        Console.WriteLine($"{"round",6} {"p50",8} {"beside",8} {"p99",8} {"beside",8} {"MiB",8} {"waiting",8} {"given up",9}");
        var ratios = new List<double>();
        var givenUp = true;
        for (var round = 0; round < rounds; round++)
        {
            // Whoever comes second finds a warmer machine: they take turns.
            Result? alone = null;
            if (round % 2 == 0)
            {
                alone = await MeasureAsync(count, stalled: 0, messages);
            }

            var beside = await MeasureAsync(count, stalled, messages);
            alone ??= await MeasureAsync(count, stalled: 0, messages);
            ratios.Add(beside.P99 / alone.P99);
            givenUp &= beside.GivenUp == stalled;
            Console.WriteLine(
                $"{round + 1,6} {alone.P50,8:F2} {beside.P50,8:F2} {alone.P99,8:F2} {beside.P99,8:F2} {beside.MebiBytes,8:F1} {beside.WaitingMebiBytes,8:F1} {beside.GivenUp,9}");
        }

        Console.WriteLine("MiB: memory of the server; waiting: how much more it was while messages waited for the stalled ones");
        var p99 = Rounds.Median(ratios);
        Console.WriteLine($"p99 of {count} clients beside {stalled} stalled ones {p99:F2} of that without them; goal at most 1.1: {(p99 <= 1.1 ? "reached" : "missed")}");
        return givenUp ? 0 : 1;
    }

    private static async Task<Result> MeasureAsync(int count, int stalled, int messages)
    {
        await using var server = await RealtimeServer.StartServerAsync();
        using var crowd = await Crowd.JoinAsync(server, count);
        for (var i = 0; i < Warmup; i++)
        {
            await crowd.HearAsync(times: 1);
            await crowd.HearAsync(Filling);
        }

        var silent = new List<RawListener>();
        try
        {
            for (var i = 0; i < stalled; i++)
            {
                var client = new RawListener((_, _) => { });
                silent.Add(client);
                await client.ConnectAsync(server.Address, server.FirstMessage, ReceiveBuffer);
            }

            var before = server.ResidentBytes;
            if (stalled > 0)
            {
                // From now on what is told waits for all of them, and for this long none of them is given up.
                await FillAsync(crowd, async () => await server.MetricAsync("sure_realtime_queue_messages") >= stalled);
            }

            var latencies = await crowd.LatenciesAsync(messages);
            var memory = server.ResidentBytes;
            if (stalled > 0)
            {
                await FillAsync(crowd, async () => await server.MetricAsync("sure_realtime_evictions") >= stalled);
            }

            return new Result(
                At(latencies, 0.5),
                At(latencies, 0.99),
                memory / (double)Kibi / Kibi,
                (memory - before) / (double)Kibi / Kibi,
                (int)await server.MetricAsync("sure_realtime_evictions"));
        }
        finally
        {
            silent.ForEach(s => s.Dispose());
        }
    }

    private static async Task FillAsync(Crowd crowd, Func<Task<bool>> isEnoughAsync)
    {
        for (var told = 0; told < MostFilling; told += Filling)
        {
            await crowd.HearAsync(Filling);
            if (await isEnoughAsync())
            {
                return;
            }
        }

        throw new InvalidOperationException($"{MostFilling} messages were not enough to stall those that do not read.");
    }

    private static double At(IReadOnlyList<TimeSpan> sorted, double share) => sorted[Math.Min(sorted.Count - 1, (int)(share * sorted.Count))].TotalMilliseconds;

    private sealed record Result(double P50, double P99, double MebiBytes, double WaitingMebiBytes, int GivenUp);
}
