using System.Collections.Concurrent;
using System.Globalization;
using StackExchange.Redis;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.RealtimeService.Channels;
using Sure.RealtimeService.Streams;
using Sure.TestServers;

namespace Sure.Bench.Fanout;

/// <summary>
/// Two instances, thousands of clients of which some do not read, messages in every channel at a fixed rate; in the middle an instance is
/// killed and comes back; directly, or through a gateway. Every client counts what it hears: no gap, nothing twice, nothing out of order, and everything by the end.
/// </summary>
internal static class SoakBench
{
    private const int GivenUpStatus = 4008;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ReadingLimit = TimeSpan.FromSeconds(5);
    private static readonly Channel[] Channels = [Channel.BridgeHealth, Channel.RiskAlerts, Channel.TopProducts, Channel.TrancheApy];
    private static readonly string[] Producers = ["bridgeservice", "riskservice", "riskservice", "utilizationservice"];

    public static async Task<int> RunAsync(string[] options)
    {
        var count = CommandLine.Option(options, "--clients", 5000);
        var slowEach = CommandLine.Option(options, "--slow-each", 100);
        var rate = CommandLine.Option(options, "--rate", 20);
        var seconds = CommandLine.Option(options, "--seconds", 120);
        var byGateway = CommandLine.Text(options, "--gateway", "off") == "on";

        await using var redis = new RedisServer();
        await redis.StartAsync();
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        var sink = RealtimeServer.SinkOn(connection);
        var sequences = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var producer in Producers.Distinct())
        {
            sequences[producer] = 0;
            await sink.RebuildAsync(producer, seen: null, firstKept: 1, last: 0, CancellationToken.None);
        }

        var epoch = (string)(await connection.GetDatabase().StringGetAsync(StreamKeys.Epoch))!;
        var services = new ServiceProcess?[] { await RealtimeServer.StartServiceAsync(redis), await RealtimeServer.StartServiceAsync(redis) };
        var addresses = services.Select(s => s!.Address).ToList();
        await using var postgres = new PostgresServer();
        var front = FreePorts.Address();
        await using var gateway = byGateway ? await RealtimeServer.StartGatewayAsync(postgres, redis, front, addresses) : null;
        var doors = byGateway ? [front, front] : addresses;
        using var over = new CancellationTokenSource();
        // Slow ones first, the others after them: each kind by itself goes round all channels and both instances.
        var slow = count / slowEach;
        var clients = Enumerable.Range(0, count).Select(i => i < slow ? ClientOf(i, isSlow: true) : ClientOf(i - slow, isSlow: false)).ToList();
        var running = new ConcurrentBag<Task>();
        foreach (var client in clients)
        {
            await client.ConnectAsync();
            running.Add(client.RunAsync(over.Token));
        }

        Console.WriteLine($"{count} clients, {clients.Count(c => c.IsSlow)} of them slow, on two instances{(byGateway ? " behind a gateway" : "")}; {rate} messages/s in each of {Channels.Length} channels for {seconds} s");
        var told = 0;
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / rate));
        var started = TimeProvider.System.GetTimestamp();
        var cpu = TimeSpan.Zero;
        while (told < rate * seconds)
        {
            while (told < rate * seconds && TimeProvider.System.GetElapsedTime(started).TotalSeconds * rate >= told)
            {
                told++;
                for (var i = 0; i < Channels.Length; i++)
                {
                    if (!await sink.TryApplyAsync(Producers[i], [RealtimeServer.Envelope(Producers[i], ++sequences[Producers[i]], MessageOf(Channels[i]))], CancellationToken.None))
                    {
                        throw new InvalidOperationException("Somebody else has appended.");
                    }
                }

                if (told == rate * seconds / 2)
                {
                    cpu += services[1]!.Cpu;
                    await services[1]!.DisposeAsync();
                    services[1] = null;
                    Console.WriteLine($"{TimeProvider.System.GetElapsedTime(started).TotalSeconds:F0} s: an instance was killed");
                }
                else if (told == rate * seconds * 5 / 8)
                {
                    services[1] = await RealtimeServer.StartServiceAsync(redis, addresses[1]);
                    Console.WriteLine($"{TimeProvider.System.GetElapsedTime(started).TotalSeconds:F0} s: it is back");
                }
            }

            await timer.WaitForNextTickAsync();
        }

        var healthy = clients.Where(c => !c.IsSlow).ToList();
        var waited = TimeProvider.System.GetTimestamp();
        while (healthy.Any(c => c.Last < told) && TimeProvider.System.GetElapsedTime(waited) < Patience)
        {
            await timer.WaitForNextTickAsync();
        }

        var memory = services.Append(gateway).OfType<ServiceProcess>().Select(s => $"{s.ResidentBytes / 1024 / 1024} MiB").ToList();
        cpu += TimeSpan.FromTicks(services.OfType<ServiceProcess>().Sum(s => s.Cpu.Ticks));
        await over.CancelAsync();
        // What the bench has cut by killing an instance, no instance has given up; behind a gateway nobody knows whose instance it was.
        var ends = (await Task.WhenAll(clients.Where(c => c.IsSlow).Select(c => c.EndAsync(ofKilled: byGateway ? null : 1)))).CountBy(e => e).ToDictionary();
        var open = ends.GetValueOrDefault(End.None);
        clients.ForEach(c => c.Dispose());
        await Task.WhenAll(running);
        foreach (var service in services.OfType<ServiceProcess>())
        {
            await service.DisposeAsync();
        }

        var faulty = healthy.Where(c => c.Faults > 0 || c.Last != told).ToList();
        Console.WriteLine($"told {told} per channel; healthy clients heard {healthy.Sum(c => c.Heard)} of {(long)told * healthy.Count}; {healthy.Sum(c => c.Reconnects)} reconnects");
        Console.WriteLine($"gaps, repetitions and disorder: {healthy.Sum(c => c.Faults)}; clients without everything: {healthy.Count(c => c.Last != told)}; healthy ones evicted: {healthy.Sum(c => c.Evictions)}");
        Console.WriteLine($"slow clients: {ends.GetValueOrDefault(End.GivenUp)} given up, {ends.GetValueOrDefault(End.Cut)} cut with the instance that was killed, {open} still open");
        Console.WriteLine($"resident memory at the end {string.Join(", ", memory)}; CPU of the instances {cpu.TotalMicroseconds / Math.Max(1, clients.Sum(c => c.Heard)):F2} µs per message heard");
        Console.WriteLine($"healthy clients that missed a message or heard one twice {faulty.Count}; goal 0: {(faulty.Count == 0 ? "reached" : "missed")}");
        Console.WriteLine($"slow clients that are still open {open}; goal 0: {(open == 0 ? "reached" : "missed")}");
        return faulty.Count == 0 && open == 0 ? 0 : 1;

        SoakClient ClientOf(int number, bool isSlow) => new(Channels[number % Channels.Length], number / Channels.Length % 2, doors, epoch, isSlow);
    }

    private static IPlatformEvent MessageOf(Channel channel)
    {
        var now = TimeProvider.System.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        return channel switch
        {
            Channel.BridgeHealth => new BridgeHealthMade(id, now, "orbit_eth_ton", 0.9m, BridgeStatus.Healthy, 1000m, 0m, 1m, ExploitDetected: false, ExploitConfirmed: false, PreviousScore: 1m, Announce: true, "bench"),
            Channel.RiskAlerts => new RiskAlertRaised(id, now, id, "Concentration_High", "USDC", Severity.High, new string('m', 52), 0.27m, 0.25m),
            Channel.TopProducts => new TopProductsChanged(id, now, [new ProductExposure(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC, 1000m, 1)]),
            _ => new TrancheUtilizationChanged(
                id,
                now,
                [.. Words<Tranche>.Members.Select(t => new TrancheFigures(t, 10m, 0m, 0.5m, 1000m, 500m, now))],
                new PoolFigures(6000m, 4194m, 3000m, 1, 0.5m, 0.4m, 2400m)),
        };
    }

    /// <summary>What became of the connection of a client that does not read.</summary>
    private enum End
    {
        /// <summary>It is still open.</summary>
        None,

        /// <summary>It was ended by who serves it.</summary>
        GivenUp,

        /// <summary>It ended with the instance.</summary>
        Cut,
    }

    /// <summary>A client of one channel that comes back with the last offset it has, to whichever instance takes it.</summary>
    private sealed class SoakClient(Channel channel, int instance, IReadOnlyList<Uri> addresses, string epoch, bool isSlow) : IDisposable
    {
        private readonly Lock _lock = new();
        private RawListener? _listener;
        private int _instance = instance;
        private bool _isOver;

        public bool IsSlow { get; } = isSlow;

        public long Last { get; private set; }

        public long Heard { get; private set; }

        public int Faults { get; private set; }

        public int Reconnects { get; private set; }

        public int Evictions { get; private set; }

        public async Task ConnectAsync()
        {
            var listener = new RawListener(Hear);
            var since = Last > 0 || Reconnects > 0 ? $$""","since":{{Last}},"epoch":"{{epoch}}" """ : "";
            await listener.ConnectAsync(new Uri(new UriBuilder(addresses[_instance]) { Scheme = "ws" }.Uri, "/ws"), firstMessage: null, IsSlow ? 4096 : null);
            await listener.SayAsync($$"""{"action":"subscribe","channel":"{{channel.Word()}}"{{since}}}""");
            lock (_lock)
            {
                _listener = listener;
                if (_isOver)
                {
                    listener.Dispose();
                }
            }
        }

        public async Task RunAsync(CancellationToken over)
        {
            while (!over.IsCancellationRequested)
            {
                if (IsSlow)
                {
                    // It never reads; what becomes of it does not matter to it.
                    return;
                }

                await _listener!.ListenAsync();
                if (over.IsCancellationRequested)
                {
                    return;
                }

                if (_listener.ClosedWith == GivenUpStatus)
                {
                    Evictions++;
                }

                _listener.Dispose();
                await ComeBackAsync(over);
            }
        }

        /// <summary>Reads at last: how the connection has ended meanwhile.</summary>
        /// <param name="ofKilled">The instance that was killed; null where it is not known whose client this is.</param>
        public async Task<End> EndAsync(int? ofKilled)
        {
            var reading = _listener!.ListenAsync();
            var hasEnded = await Task.WhenAny(reading, Task.Delay(ReadingLimit, TimeProvider.System)) == reading;
            return _listener.ClosedWith == GivenUpStatus ? End.GivenUp
                : !hasEnded ? End.None
                : _instance == ofKilled ? End.Cut
                : End.GivenUp;
        }

        public void Dispose()
        {
            lock (_lock)
            {
                _isOver = true;
                _listener?.Dispose();
            }
        }

        private async Task ComeBackAsync(CancellationToken over)
        {
            Reconnects++;
            while (!over.IsCancellationRequested)
            {
                _instance = 1 - _instance;
                try
                {
                    await ConnectAsync();
                    return;
                }
                catch (Exception exception) when (exception is System.Net.Sockets.SocketException or EndOfStreamException or InvalidOperationException)
                {
                    // Not there; the other one may be.
                    await Task.WhenAny(Task.Delay(RetryPause, TimeProvider.System, over));
                }
            }
        }

        private void Hear(ReadOnlySpan<byte> head, int length)
        {
            if (!head.StartsWith("{\"offset\":"u8))
            {
                return;
            }

            var digits = head["{\"offset\":".Length..];
            var offset = long.Parse(digits[..digits.IndexOf((byte)',')], CultureInfo.InvariantCulture);
            if (digits.IndexOf("snapsho"u8) >= 0)
            {
                // What a first subscription begins with; who comes back gets none.
                Faults += Reconnects > 0 ? 1 : 0;
                Last = Math.Max(Last, offset);
                return;
            }

            Heard++;
            Faults += offset == Last + 1 ? 0 : 1;
            Last = offset;
        }
    }
}
