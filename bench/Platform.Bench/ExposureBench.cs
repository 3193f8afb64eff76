using System.Net;
using Npgsql;
using Sure.Contracts.Calls;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.TestServers;

namespace Sure.Bench;

/// <summary>
/// How long <c>GET /api/v2/risk/exposure</c> takes at a fixed rate while RiskService does nothing else, and while it takes snapshots of a
/// full book without pause: 100 000 scenarios, three horizons, of a book that changes so that each is simulated anew.
/// </summary>
internal static class ExposureBench
{
    private const double Goal = 2;
    private const int PoliciesOfProduct = 20;

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static async Task<int> RunAsync(string[] options)
    {
        var rounds = CommandLine.Option(options, "--rounds", 5);
        var seconds = CommandLine.Option(options, "--seconds", 15);
        var rate = CommandLine.Option(options, "--rate", 100);

        await using var postgres = new PostgresServer();
        Console.WriteLine($"{Product.Offered.Count * PoliciesOfProduct} policies, {rate} requests/s for {seconds} s; latencies in ms from when a request was due");
        Console.WriteLine($"{"round",5} {"idle p50",9} {"p99",7}   {"busy p50",9} {"p99",7} {"snapshots",10}   p99 ratio");
        var ratios = new List<double>();
        for (var round = 1; round <= rounds; round++)
        {
            var (idleP50, idleP99, _) = await MeasureAsync(postgres, busy: false, seconds, rate);
            var (busyP50, busyP99, snapshots) = await MeasureAsync(postgres, busy: true, seconds, rate);
            ratios.Add(busyP99 / idleP99);
            Console.WriteLine($"{round,5} {idleP50,9:F2} {idleP99,7:F2}   {busyP50,9:F2} {busyP99,7:F2} {snapshots,10}   {ratios[^1]:F2}");
        }

        var ratio = Rounds.Median(ratios);
        Console.WriteLine($"median: while snapshots are taken p99 is {ratio:F2} of the idle one; goal at most {Goal:F0}: {(ratio <= Goal ? "reached" : "missed")}");
        return 0;
    }

    private static async Task<(double P50, double P99, long Snapshots)> MeasureAsync(PostgresServer postgres, bool busy, int seconds, int rate)
    {
        await using var utilization = await Producer.StartAsync("utilizationservice");
        await using var bridges = await Producer.StartAsync("bridgeservice");
        await using var gateway = await TestGateway.StartAsync();
        utilization.Book = FullBook();
        var database = Databases.Plain(await postgres.CreateDatabaseAsync());
        await using var risk = await ServiceProcess.StartAsync("RiskService", FreePorts.Address(), new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ConnectionStrings__platform"] = database,
            // Nobody listens there; events are fetched.
            ["ConnectionStrings__messaging"] = "amqp://guest:guest@127.0.0.1:1",
            ["services__gateway__http__0"] = gateway.Address,
            ["services__utilizationservice__http__0"] = utilization.Address,
            ["services__bridgeservice__http__0"] = bridges.Address,
            ["Intake__CatchUpInterval"] = "00:00:00.2",
            ["Monitoring__RiskInterval"] = busy ? "00:00:01" : "00:00:30",
        });
        using var client = new HttpClient { BaseAddress = risk.Address };
        await using var source = NpgsqlDataSource.Create(database);
        // The book is read, a first snapshot taken and everything compiled before the clock runs.
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (await SnapshotsAsync(source) == 0)
        {
            await timer.WaitForNextTickAsync();
        }

        await LoadAsync(client, seconds: 3, rate);
        using var done = new CancellationTokenSource();
        var selling = busy ? SellAsync(utilization, done.Token) : Task.CompletedTask;
        var before = await SnapshotsAsync(source);
        var latencies = await LoadAsync(client, seconds, rate);
        var after = await SnapshotsAsync(source);
        await done.CancelAsync();
        await selling;
        return (latencies[latencies.Count / 2], latencies[latencies.Count * 99 / 100], after - before);
    }

    private static Task<IReadOnlyList<double>> LoadAsync(HttpClient client, int seconds, int rate) => OpenLoop.RunAsync(seconds, rate, async () =>
    {
        using var answer = await client.GetAsync(new Uri("/api/v2/risk/exposure", UriKind.Relative));
        _ = await answer.Content.ReadAsByteArrayAsync();
        if (answer.StatusCode is not HttpStatusCode.OK)
        {
            throw new InvalidOperationException($"The exposure was answered with {answer.StatusCode}.");
        }
    });

    /// <summary>A policy every half second, so that no two snapshots are of the same book.</summary>
    private static async Task SellAsync(Producer utilization, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(0.5));
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                utilization.Tell(new PolicyBound(
                    Guid.CreateVersion7(Start), Start, Guid.CreateVersion7(Start), Guid.CreateVersion7(Start), CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC, 100m, 1m, 0.008m, PolicyTerms.DepegDefault, Start, Start.AddDays(90)));
            }
        }
        catch (OperationCanceledException)
        {
            // Measured enough.
        }
    }

    private static Book FullBook() => new(
        0,
        Start,
        [
            .. from product in Product.Offered
               from i in Enumerable.Range(0, PoliciesOfProduct)
               select new BookedPolicy(
                   Guid.CreateVersion7(Start), product.CoverageType, product.Chain, product.Stablecoin, 10_000m + (100m * i), 0.008m + (0.001m * i), Terms: null, Start, Start.AddDays(90)),
        ],
        new PoolFigures(500_000_000m, 400_000_000m, 120_000_000m, Product.Offered.Count * PoliciesOfProduct, 0.3m, 0.5m, 250_000_000m),
        Words<Tranche>.Members.ToDictionary(t => t, _ => 80_000_000m),
        []);

    private static async Task<long> SnapshotsAsync(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand("SELECT count(*) FROM snapshot");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
