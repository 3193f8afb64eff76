using System.Globalization;

namespace Sure.FaultTests;

/// <summary>Which faults happen, in which order: the same for the same seed.</summary>
internal static class Schedule
{
    private const string SeedSetting = "SURE_FAULTS_SEED";
    private const string RoundsSetting = "SURE_FAULTS_ROUNDS";

    /// <summary>Leases whose leaders are stopped; the gateway is not among them, for its clients would hang with it.</summary>
    private static readonly (string Service, string Lease)[] Leaders =
    [
        ("bridgeservice", "market"), ("bridgeservice", "outbox"), ("riskservice", "risk-snapshot"), ("riskservice", "outbox"),
        ("utilizationservice", "outbox"), ("utilizationservice", "trigger-watch"), ("quoteservice", "outbox"),
    ];

    /// <summary>The seed that is set; another one each day otherwise.</summary>
    public static int Seed { get; } = Environment.GetEnvironmentVariable(SeedSetting) is { Length: > 0 } seed
        ? int.Parse(seed, CultureInfo.InvariantCulture)
        : DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().Date).DayNumber;

    /// <summary>How often every kind of fault happens; once unless it is set.</summary>
    public static int Rounds { get; } = Environment.GetEnvironmentVariable(RoundsSetting) is { Length: > 0 } rounds
        ? int.Parse(rounds, CultureInfo.InvariantCulture)
        : 1;

    /// <summary>The faults of a seed: in every round each kind once, in random order.</summary>
    public static IReadOnlyList<Fault> Make(int seed, int rounds, bool withVolume)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, rounds).SelectMany(_ => Round(random, withVolume))];
    }

    private static Fault[] Round(Random random, bool withVolume)
    {
        var leader = Any(random, Leaders);
        Fault[] faults =
        [
            new KilledInstance(Any(random, DoubledPlatform.Services), random.Next(2)),
            new KilledServer(Any(random, DoubledPlatform.Servers)),
            new StoppedLeader(leader.Service, leader.Lease),
            new ResetConnections(Any(random, DoubledPlatform.Servers), Seconds(random, 1, 3)),
            new DroppedPackets(Any(random, DoubledPlatform.Servers), Seconds(random, 2, 5)),
            new ResetClients(random.Next(2)),
            .. withVolume ? [new FullDisk()] : Array.Empty<Fault>(),
        ];
        random.Shuffle(faults);
        return faults;
    }

    private static T Any<T>(Random random, IReadOnlyList<T> of) => of[random.Next(of.Count)];

    private static TimeSpan Seconds(Random random, int least, int most) => TimeSpan.FromSeconds(least + (random.NextDouble() * (most - least)));
}
