using Sure.TestServers;

namespace Sure.RiskService.Tests.Hosts;

/// <summary>RiskService as it runs, on a database of its own, between producers that tests speak for.</summary>
internal sealed class RiskHost : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private RiskHost(Producer utilization, Producer bridges, TestService service, string database)
    {
        Database = database;
        Utilization = utilization;
        Bridges = bridges;
        Service = service;
    }

    public Producer Utilization { get; }

    public Producer Bridges { get; }

    public TestService Service { get; }

    /// <summary>Where it keeps what it knows.</summary>
    public string Database { get; }

    /// <summary>Starts it, on <paramref name="database"/> if one is given.</summary>
    public static async Task<RiskHost> StartAsync(PostgresServer postgres, string? database = null, Dictionary<string, string?>? settings = null)
    {
        database ??= await postgres.CreateDatabaseAsync();
        var utilization = await Producer.StartAsync(RiskIntake.Utilization);
        var bridges = await Producer.StartAsync(RiskIntake.Bridges);
        var service = await TestService.StartAsync(
            "RiskService",
            new Dictionary<string, string?>(settings ?? [])
            {
                ["ConnectionStrings:platform"] = database,
                ["services:utilizationservice:http:0"] = utilization.Address,
                ["services:bridgeservice:http:0"] = bridges.Address,
                ["Intake:CatchUpInterval"] = "00:00:00.2",
                ["Leases:RenewInterval"] = "00:00:00.5",
                ["Monitoring:RiskInterval"] = "00:00:01",
                ["Risk:LossModel:Scenarios"] = "10000",
            },
            b => b.AddRiskService(),
            a => a.MapRiskService());
        return new RiskHost(utilization, bridges, service, database);
    }

    /// <summary>Asks until the answer is as wanted; fails after half a minute.</summary>
    public static Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> wanted) =>
        Eventually.HoldsAsync(ask, wanted, "the answer is as wanted", TestContext.Current.CancellationToken, Patience);

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await Utilization.DisposeAsync();
        await Bridges.DisposeAsync();
    }
}
