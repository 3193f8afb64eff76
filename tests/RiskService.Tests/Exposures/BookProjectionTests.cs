using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sure.Contracts.Calls;
using Sure.Contracts.Events;
using Sure.Contracts.Json;
using Sure.Contracts.Vocabulary;
using Sure.TestServers;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Sure.RiskService.Tests.Exposures;

/// <summary>The exposure is what UtilizationService told, and what it says it is when there was too much to tell.</summary>
public sealed class BookProjectionTests(PostgresServer postgres) : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly ToldEvents _told = new("utilizationservice");
    private readonly List<BookedPolicy> _book = [];
    private WebApplication _utilization = null!;
    private TestService _service = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _utilization = builder.Build();
        _utilization.MapGet("/internal/events", (long after, int limit) => Results.Json(_told.Page(after, limit), SureJson.Internal));
        _utilization.MapGet(Book.Path, () => Results.Json(
            new Book(0, Noon, _book, new PoolFigures(0, 0, 0, 0, 0, 1, 0)), SureJson.Internal));
        await _utilization.StartAsync();
        // In force before the first event that is told.
        _book.Add(Booked(CoverageType.Oracle, Chain.Base, Stablecoin.GHO, 700m));
        _service = await TestService.StartAsync(
            "RiskService",
            new Dictionary<string, string?>
            {
                ["ConnectionStrings:platform"] = await postgres.CreateDatabaseAsync(),
                ["services:utilizationservice:http:0"] = _utilization.Urls.Single(),
                ["Intake:CatchUpInterval"] = "00:00:00.2",
            },
            b => b.AddRiskService(),
            a => a.MapRiskService());
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _utilization.DisposeAsync();
    }

    [Fact]
    public async Task Policies_come_with_their_binding_and_go_with_their_expiry_or_payout()
    {
        var (paid, ended, kept) = (Bound(Stablecoin.USDC, 10_000m), Bound(Stablecoin.DAI, 2_000m), Bound(Stablecoin.USDC, 300m));
        _told.Add(paid, ended, kept);
        await TotalIsAsync(policies: 4, usd: 13_000m);

        _told.Add(
            new PolicyTriggered(
                Guid.NewGuid(), Noon, paid.PolicyId, Guid.NewGuid(), paid.CoverageType, paid.Chain, paid.Stablecoin, paid.CoverageUsd, 5_000m, 0m, Noon),
            new PolicyExpired(Guid.NewGuid(), Noon, ended.PolicyId, ended.CoverageType, ended.Chain, ended.Stablecoin, ended.CoverageUsd));

        await TotalIsAsync(policies: 2, usd: 1_000m);
    }

    [Fact]
    public async Task What_is_told_twice_counts_once()
    {
        var (policy, again) = (Bound(Stablecoin.USDC, 10_000m), Bound(Stablecoin.DAI, 2_000m));
        _told.Add(policy, policy with { EventId = Guid.NewGuid() }, again);

        await TotalIsAsync(policies: 3, usd: 12_700m);
    }

    private static BookedPolicy Booked(CoverageType type, Chain chain, Stablecoin coin, decimal usd) =>
        new(Guid.NewGuid(), type, chain, coin, usd, 0.01m, Terms: null, Noon, Noon.AddDays(30));

    private static PolicyBound Bound(Stablecoin coin, decimal usd) => new(
        Guid.NewGuid(),
        Noon,
        Guid.NewGuid(),
        Guid.NewGuid(),
        CoverageType.Depeg,
        Chain.Ethereum,
        coin,
        usd,
        PremiumUsd: 10m,
        StandardRate: 0.008m,
        PolicyTerms.DepegDefault,
        Noon,
        Noon.AddDays(30));

    /// <summary>Waits, 20 s at most, until that is the exposure.</summary>
    private async Task TotalIsAsync(int policies, decimal usd)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        (int, decimal) seen = default;
        while (seen != (policies, usd))
        {
            try
            {
                await timer.WaitForNextTickAsync(limit.Token);
            }
            catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
            {
                Assert.Equal((policies, usd), seen);
            }

            using var response = await _service.Client.GetAsync(new Uri("/api/v2/risk/exposure", UriKind.Relative), TestContext.Current.CancellationToken);
            if (response.IsSuccessStatusCode)
            {
                var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
                seen = ((int)answer["total_policies"]!, answer["by_chain"]!.AsArray().Sum(c => (decimal)c!["exposure_usd"]!));
            }
        }
    }
}
