namespace Sure.Bench.Fanout;

/// <summary>
/// What a connection takes that has subscribed, has heard messages and is silent since, beside the same on bare servers: all memory that a
/// server has grown by, shared among the connections, and what each took of those that came when a tenth were there. The difference is what
/// a server needs once, whoever comes: compiled code, and what its heap lets pile up before it is collected.
/// </summary>
internal static class IdleBench
{
    private const double Goal = 16;

    private static readonly (string Name, Func<Task<FanoutServer>> StartAsync)[] Servers =
    [
        ("RealtimeService", RealtimeServer.StartAsync),
        ("WebSocket + Channel", () => PeerServer.DotNetAsync(DotNetPeers.Managed, "/live", firstMessage: null)),
        ("Node ws", () => PeerServer.NodeAsync("ws", "/", firstMessage: null)),
    ];

    public static async Task<int> RunAsync(string[] options)
    {
        var rounds = CommandLine.Option(options, "--rounds", 5);
        var count = CommandLine.Option(options, "--clients", 10_000);
        Console.WriteLine($"{count} connections; resident KiB of the server for each, medians and ranges of {rounds} rounds");
        Console.WriteLine($"{"",-20} {"all shared",-24} {"each further",-24}");
        var found = Servers.ToDictionary(s => s.Name, _ => new List<Result>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (name, startAsync) in Servers)
            {
                await using var server = await startAsync();
                found[name].Add(await MeasureAsync(server, count));
            }
        }

        foreach (var (name, results) in found)
        {
            Console.WriteLine($"{name,-20} {Of(results, r => r.Shared),-24} {Of(results, r => r.Further),-24}");
        }

        var own = Rounds.Median(found[Servers[0].Name].Select(r => r.Shared));
        Console.WriteLine($"memory of {count} idle connections, all that the service grew by, {own:F1} KiB each; goal at most {Goal}: {(own <= Goal ? "reached" : "missed")}");
        return 0;
    }

    private static async Task<Result> MeasureAsync(FanoutServer server, int count)
    {
        var few = count / 10;
        var empty = server.ResidentBytes;
        using var first = await Crowd.JoinAsync(server, few);
        var begun = server.ResidentBytes;
        using var others = await Crowd.JoinAsync(server, count - few);
        var full = server.ResidentBytes;
        return new Result((full - empty) / 1024.0 / count, (full - begun) / 1024.0 / (count - few));
    }

    private static string Of(List<Result> results, Func<Result, double> figure)
    {
        var figures = results.ConvertAll(r => figure(r));
        return $"{Rounds.Median(figures):F1} ({figures.Min():F1} … {figures.Max():F1})";
    }

    private sealed record Result(double Shared, double Further);
}
