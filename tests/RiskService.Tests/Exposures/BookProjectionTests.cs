using System.Net;
using System.Text.Json.Nodes;
using Npgsql;
using Sure.Contracts.Calls;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.RiskService.Tests.Hosts;
using Sure.ServiceDefaults.Identity;
using Sure.TestServers;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Sure.RiskService.Tests.Exposures;

/// <summary>The exposure is what UtilizationService told, and what it says it is when there was too much to tell.</summary>
public sealed class BookProjectionTests(PostgresServer postgres) : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly Uri Rebuild = new("/api/v2/risk/exposure/rebuild", UriKind.Relative);

    private RiskHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await RiskHost.StartAsync(postgres);
        // In force before the first event that is told.
        _host.Utilization.Book = new Book(
            0, Noon, [Booked(CoverageType.Oracle, Chain.Base, Stablecoin.GHO, 700m)], new PoolFigures(0, 0, 0, 0, 0, 1, 0), new Dictionary<Tranche, decimal>(), []);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Policies_come_with_their_binding_and_go_with_their_expiry_or_payout()
    {
        var (paid, ended, kept) = (Bound(Stablecoin.USDC, 10_000m), Bound(Stablecoin.DAI, 2_000m), Bound(Stablecoin.USDC, 300m));
        _host.Utilization.Tell(paid, ended, kept);
        await TotalIsAsync(policies: 4, usd: 13_000m);

        _host.Utilization.Tell(
            new PolicyTriggered(
                Guid.CreateVersion7(Noon), Noon, paid.PolicyId, Guid.CreateVersion7(Noon), paid.CoverageType, paid.Chain, paid.Stablecoin, paid.CoverageUsd, 5_000m, 0m, Noon),
            new PolicyExpired(Guid.CreateVersion7(Noon), Noon, ended.PolicyId, ended.CoverageType, ended.Chain, ended.Stablecoin, ended.CoverageUsd));

        await TotalIsAsync(policies: 2, usd: 1_000m);
    }

    [Fact]
    public async Task What_is_told_twice_counts_once()
    {
        var (policy, again) = (Bound(Stablecoin.USDC, 10_000m), Bound(Stablecoin.DAI, 2_000m));
        _host.Utilization.Tell(policy, policy with { EventId = Guid.CreateVersion7(Noon) }, again);

        await TotalIsAsync(policies: 3, usd: 12_700m);
    }

    /// <summary>What no event explains – here rows that somebody deleted – is mended from the owner's book.</summary>
    [Fact]
    public async Task An_operator_has_the_book_read_anew()
    {
        var policy = Bound(Stablecoin.USDC, 10_000m);
        _host.Utilization.Tell(policy);
        await TotalIsAsync(policies: 2, usd: 10_700m);
        await using (var source = NpgsqlDataSource.Create(_host.Database))
        await using (var damage = source.CreateCommand("DELETE FROM policy; DELETE FROM product_exposure; UPDATE book SET version = version + 1"))
        {
            await damage.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await TotalIsAsync(policies: 0, usd: 0m);
        _host.Utilization.Book = new Book(
            1,
            Noon,
            [Booked(CoverageType.Oracle, Chain.Base, Stablecoin.GHO, 700m), Booked(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC, 10_000m)],
            new PoolFigures(0, 0, 0, 0, 0, 1, 0),
            new Dictionary<Tranche, decimal>(),
            []);

        using var reader = _host.Service.ClientOf("reader", Scope.Read);
        using var admin = _host.Service.ClientOf("operator", Scope.Admin);
        using var refused = await reader.PostAsync(Rebuild, content: null, TestContext.Current.CancellationToken);
        using var done = await admin.PostAsync(Rebuild, content: null, TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.OK), (refused.StatusCode, done.StatusCode));
        await TotalIsAsync(policies: 2, usd: 10_700m);
        // It goes on from where that book ends.
        _host.Utilization.Tell(Bound(Stablecoin.DAI, 300m));
        await TotalIsAsync(policies: 3, usd: 11_000m);
    }

    private static BookedPolicy Booked(CoverageType type, Chain chain, Stablecoin coin, decimal usd) =>
        new(Guid.CreateVersion7(Noon), type, chain, coin, usd, 0.01m, Terms: null, Noon, Noon.AddDays(30));

    private static PolicyBound Bound(Stablecoin coin, decimal usd) => new(
        Guid.CreateVersion7(Noon),
        Noon,
        Guid.CreateVersion7(Noon),
        Guid.CreateVersion7(Noon),
        CoverageType.Depeg,
        Chain.Ethereum,
        coin,
        usd,
        PremiumUsd: 10m,
        StandardRate: 0.008m,
        PolicyTerms.DepegDefault,
        Noon,
        Noon.AddDays(30));

    /// <summary>Waits until that is the exposure.</summary>
    private async Task TotalIsAsync(int policies, decimal usd) =>
        Assert.Equal((policies, usd), await RiskHost.UntilAsync(ExposureAsync, seen => seen == (policies, usd)));

    private async Task<(int Policies, decimal Usd)> ExposureAsync()
    {
        using var response = await _host.Service.Client.GetAsync(new Uri("/api/v2/risk/exposure", UriKind.Relative), TestContext.Current.CancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            return default;
        }

        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        return ((int)answer["total_policies"]!, answer["by_chain"]!.AsArray().Sum(c => (decimal)c!["exposure_usd"]!));
    }
}
