using System.Net;
using Sure.Contracts.Vocabulary;
using Sure.TestServers;
using Sure.UtilizationService.Capacity;
using Sure.UtilizationService.Tests.Hosts;

namespace Sure.UtilizationService.Tests;

/// <summary>How much cover can be sold is what a buyer finds: that much binds, and a cent more does not.</summary>
public sealed class CapacityTests(PostgresServer postgres) : IAsyncLifetime
{
    private UtilizationHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await UtilizationHost.StartAsync(postgres);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    /// <summary>Of 10 m: bridge 0.15 of it, Solana 0.10, one coin 0.30.</summary>
    [Theory]
    [InlineData("bridge", "Ethereum", "USDC", 1_500_000, "coverage_type")]
    [InlineData("depeg", "Solana", "USDC", 1_000_000, "chain")]
    [InlineData("depeg", "Ethereum", "USDC", 3_000_000, "single_asset")]
    public async Task The_most_that_can_be_bound_is_named_with_the_check_that_binds(string type, string chain, string coin, int capacity, string check)
    {
        await _host.FillAsync();

        var answer = await UtilizationHost.GetAsync(_host.Anonymous, $"/api/v2/capacity?coverage_type={type}&chain={chain}&stablecoin={coin}");

        var item = Assert.Single(answer["items"].AsArray())!;
        Assert.Equal((capacity, check), ((decimal)item["capacity_usd"]!, (string?)item["binding_check"]));
        var product = new Product(Words<CoverageType>.Parse(type), Words<Chain>.Parse(chain), Words<Stablecoin>.Parse(coin));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await UtilizationHost.BindAsync(_host.Alice, _host.Quote(capacity + 0.01m, product))).Status);
        Assert.Equal(HttpStatusCode.Created, (await UtilizationHost.BindAsync(_host.Alice, _host.Quote(capacity, product))).Status);
    }

    [Fact]
    public async Task All_560_products_are_listed_and_none_can_be_sold_without_capital()
    {
        var items = (await UtilizationHost.GetAsync(_host.Anonymous, "/api/v2/capacity"))["items"].AsArray();

        Assert.Equal(560, items.Count);
        Assert.All(items, i => Assert.Equal((0m, "ltv"), ((decimal)i!["capacity_usd"]!, (string?)i["binding_check"])));
    }

    /// <summary>Of 10 m Solana takes 0.10, and of 20 m as well: 1 m, then 2 m.</summary>
    [Fact]
    public async Task What_was_found_serves_everybody_for_a_second()
    {
        await _host.FillAsync();
        var clock = new SteppedClock(_host.Now);
        var report = _host.Another<CapacityReport>(clock);

        var first = await FindAsync();
        await _host.FillAsync();
        clock.Step(TimeSpan.FromSeconds(0.999));
        var again = await FindAsync();
        clock.Step(TimeSpan.FromSeconds(0.001));
        var later = await FindAsync();

        Assert.Equal((1_000_000m, 2_000_000m), (first.CapacityUsd, later.CapacityUsd));
        Assert.Same(first, again);

        async Task<ProductCapacity> FindAsync() => (await report.ReadAsync(TestContext.Current.CancellationToken)).Products
            .Single(p => p.Product == new Product(CoverageType.Depeg, Chain.Solana, Stablecoin.USDC)).Capacity.Value;
    }

    [Fact]
    public async Task A_troubled_coin_has_no_capacity_and_says_why()
    {
        await _host.FillAsync();
        _host.Tell(_host.Price(Stablecoin.USDC, 0.99m));
        await _host.KnownAsync();

        var item = (await UtilizationHost.GetAsync(_host.Anonymous, "/api/v2/capacity?coverage_type=depeg&chain=Base&stablecoin=USDC"))["items"][0]!;

        Assert.Equal((0m, "known_event"), ((decimal)item["capacity_usd"]!, (string?)item["binding_check"]));
        Assert.Contains("0.99", (string?)item["reason"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_filter_value_is_refused_by_name()
    {
        var answer = await UtilizationHost.GetAsync(_host.Anonymous, "/api/v2/capacity?chain=Avalanche");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains("chain", (string?)answer["error"], StringComparison.Ordinal);
    }
}
