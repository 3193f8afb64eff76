using Sure.TestServers;

namespace Sure.RiskService.Tests.Hosts;

/// <summary>RiskService as it runs, on a database of its own, between producers that tests speak for.</summary>
internal sealed class RiskHost : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private RiskHost(Producer utilization, Producer bridges, TestService service)
    {
        Utilization = utilization;
        Bridges = bridges;
        Service = service;
    }

    public Producer Utilization { get; }

    public Producer Bridges { get; }

    public TestService Service { get; }

    public static async Task<RiskHost> StartAsync(PostgresServer postgres)
    {
        var utilization = await Producer.StartAsync(RiskIntake.Utilization);
        var bridges = await Producer.StartAsync(RiskIntake.Bridges);
        var service = await TestService.StartAsync(
            "RiskService",
            new Dictionary<string, string?>
            {
                ["ConnectionStrings:platform"] = await postgres.CreateDatabaseAsync(),
                ["services:utilizationservice:http:0"] = utilization.Address,
                ["services:bridgeservice:http:0"] = bridges.Address,
                ["Intake:CatchUpInterval"] = "00:00:00.2",
            },
            b => b.AddRiskService(),
            a => a.MapRiskService());
        return new RiskHost(utilization, bridges, service);
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
