using System.Globalization;
using System.Net;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.QuoteService.Statistics;
using Sure.QuoteService.Tests.Hosts;
using Sure.ServiceDefaults.Identity;
using Sure.TestServers;

namespace Sure.QuoteService.Tests;

/// <summary>What was quoted and what became of it, counted on a real database.</summary>
public sealed class StatisticsTests(PostgresServer postgres)
{
    private static readonly Product Usdc = new(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC);
    private static readonly Product Dai = new(CoverageType.Depeg, Chain.Base, Stablecoin.DAI);
    private static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Quotes_and_the_policies_they_became_are_told_by_product_and_time()
    {
        await using var utilization = await Producer.StartAsync("utilizationservice");
        await using var host = await QuoteHost.StartAsync(postgres, utilization.Address);
        using var analyst = host.ClientOf(Scope.Read);
        await host.QuoteBatchAsync((10_000m, 90), (5_000m, 30), (2_500.50m, 10));
        await host.QuoteAsync(100m, 1);
        // Two of the product that was quoted, one of another.
        utilization.Tell(Bound(Usdc, 10_000m, 19.73m), Bound(Usdc, 5_000m, 3.29m), Bound(Dai, 1_000m, 1m));

        var all = await Waiting.UntilAsync(
            () => ReadAsync(analyst, "conversion"),
            a => Sum(a, "quotes") == 4 && Sum(a, "policies") == 3,
            TimeSpan.FromSeconds(30),
            "four quotes and three policies are counted");
        Assert.Equal((17_600.50m, 16_000m, 24.02m), (Sum(all, "quoted_coverage_usd"), Sum(all, "sold_coverage_usd"), Sum(all, "premium_usd")));
        Assert.Equal((25, 3600), (all["points"].AsArray().Count, (int)all["resolution_seconds"]));

        // By the day from yesterday: two points, and unless midnight has just passed all in one of them.
        var ofUsdc = await ReadAsync(analyst, "conversion?interval=day&stablecoin=usdc&chain=Ethereum&coverage_type=depeg");
        Assert.Equal((4m, 2m), (Sum(ofUsdc, "quotes"), Sum(ofUsdc, "policies")));
        Assert.All(ofUsdc["points"].AsArray(), p => Assert.Equal(
            (long)p!["quotes"]! == 0 ? null : Math.Round((decimal)p["policies"]! / (decimal)p["quotes"]!, 6), (decimal?)p["conversion"]));

        var byMinute = await ReadAsync(analyst, $"quotes?interval=minute&from={Now() - 3600}");
        Assert.Equal((4m, 17_600.50m), (Sum(byMinute, "quotes"), Sum(byMinute, "coverage_usd")));

        var top = await ReadAsync(analyst, "top-products?limit=1");
        var first = Assert.Single(top["products"].AsArray())!;
        Assert.Equal((1, "depeg", "Ethereum", "USDC", 4, 2), ((int)first["rank"]!, (string?)first["coverage_type"], (string?)first["chain"], (string?)first["stablecoin"], (int)first["quotes"]!, (int)first["policies"]!));

        using var csv = await analyst.GetAsync(Path("top-products?format=csv"), TestContext.Current.CancellationToken);
        Assert.Equal(("text/csv", "top-products.csv"), (csv.Content.Headers.ContentType!.MediaType, csv.Content.Headers.ContentDisposition!.FileName));
        Assert.Equal(
            $"time,rank,coverage_type,chain,stablecoin,quotes,coverage_usd,policies\r\n{(long)first["time"]!},1,depeg,Ethereum,USDC,4,17600.50,2\r\n",
            await csv.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Only_readers_see_them_and_nonsense_is_refused()
    {
        await using var host = await QuoteHost.StartAsync(postgres);
        using var analyst = host.ClientOf(Scope.Read);
        using var writer = host.ClientOf(Scope.Write);

        foreach (var (client, path, status) in new[]
            {
                (host.Anonymous, "quotes", HttpStatusCode.Unauthorized),
                (writer, "conversion", HttpStatusCode.Forbidden),
                (analyst, "top-products", HttpStatusCode.OK),
                (analyst, "quotes?chain=Atlantis", HttpStatusCode.BadRequest),
                (analyst, "quotes?interval=week", HttpStatusCode.BadRequest),
                (analyst, "quotes?from=now", HttpStatusCode.BadRequest),
                (analyst, "conversion?format=xml", HttpStatusCode.BadRequest),
                (analyst, "top-products?limit=201", HttpStatusCode.BadRequest),
                (analyst, "top-products?limit=200&interval=hour&from=0&to=90000", HttpStatusCode.UnprocessableEntity),
                (analyst, "quotes?interval=minute&from=0&to=300000", HttpStatusCode.UnprocessableEntity),
                // By the minute 35 days are kept, by the hour three years.
                (analyst, $"quotes?interval=minute&from={Now() - (36 * 86_400)}&to={Now() - (35 * 86_400)}", HttpStatusCode.UnprocessableEntity),
                (analyst, $"conversion?interval=minute&from={Now() - (36 * 86_400)}&to={Now() - (36 * 86_400) + 60}", HttpStatusCode.UnprocessableEntity),
                (analyst, $"top-products?interval=minute&from={Now() - (36 * 86_400)}&to={Now() - (36 * 86_400) + 60}", HttpStatusCode.UnprocessableEntity),
                (analyst, $"quotes?interval=minute&from={Now() - (34 * 86_400)}&to={Now() - (34 * 86_400) + 60}", HttpStatusCode.OK),
                (analyst, $"quotes?interval=hour&from={Now() - (36 * 86_400)}&to={Now() - (35 * 86_400)}", HttpStatusCode.OK),
            })
        {
            using var response = await client.GetAsync(Path(path), TestContext.Current.CancellationToken);
            Assert.True(status == response.StatusCode, $"{path}: {response.StatusCode}");
        }
    }

    /// <summary>A server of its own, because it is stopped.</summary>
    [Fact]
    public async Task While_PostgreSQL_is_away_quoting_goes_on_and_what_was_quoted_is_counted_afterwards()
    {
        await using var own = new PostgresServer();
        await using var host = await QuoteHost.StartAsync(own);
        using var analyst = host.ClientOf(Scope.Read);
        await host.QuoteAsync(1_000m, 90);
        await Waiting.UntilAsync(() => ReadAsync(analyst, "quotes"), a => Sum(a, "quotes") == 1, TimeSpan.FromSeconds(30), "the first is counted");

        await own.StopAsync();
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await host.QuoteAsync(100m, 90)).Status);
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await ReadAsync(analyst, "quotes")).Status);

        await own.StartAsync();
        var counted = await Waiting.UntilAsync(
            () => ReadAsync(analyst, "quotes"), a => a.Status == HttpStatusCode.OK && Sum(a, "quotes") >= 21, TimeSpan.FromSeconds(30), "all are counted");
        Assert.Equal((21m, 3_000m), (Sum(counted, "quotes"), Sum(counted, "coverage_usd")));
    }

    [Fact]
    public void A_buffer_holds_so_many_minutes_and_tells_what_it_drops()
    {
        var buffer = new QuoteBuffer(mostMinutes: 2);

        Assert.Equal(0, buffer.Count(Usdc, 100m, Noon));
        Assert.Equal(0, buffer.Count(Usdc, 50.25m, Noon.AddSeconds(59.9)));
        Assert.Equal(0, buffer.Count(Dai, 10m, Noon.AddMinutes(1)));
        Assert.Equal(2, buffer.Count(Dai, 20m, Noon.AddMinutes(2)));
        // One that comes late finds no room: it is itself the oldest.
        Assert.Equal(1, buffer.Count(Usdc, 30m, Noon));

        Assert.Equal(
            [new QuoteTally(Noon.AddMinutes(1), Dai, 1, 10m), new QuoteTally(Noon.AddMinutes(2), Dai, 1, 20m)], buffer.Take());
        Assert.Empty(buffer.Take());
    }

    [Fact]
    public async Task Nothing_is_lost_between_counting_and_taking()
    {
        var buffer = new QuoteBuffer(mostMinutes: 60);
        var counting = Enumerable.Range(0, 4).Select(t => Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                buffer.Count(t % 2 == 0 ? Usdc : Dai, 1m, Noon);
            }
        })).ToArray();

        var taken = 0m;
        while (!counting.All(c => c.IsCompleted))
        {
            taken += buffer.Take().Sum(t => t.CoverageUsd);
        }

        await Task.WhenAll(counting);
        Assert.Equal(80_000m, taken + buffer.Take().Sum(t => t.CoverageUsd));
    }

    private static PolicyBound Bound(Product product, decimal coverageUsd, decimal premiumUsd)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new(
            Guid.CreateVersion7(now),
            now,
            Guid.CreateVersion7(now),
            Guid.CreateVersion7(now),
            product.CoverageType,
            product.Chain,
            product.Stablecoin,
            coverageUsd,
            premiumUsd,
            0.008m,
            Terms: null,
            now,
            now.AddDays(90));
    }

    private static long Now() => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    private static Uri Path(string rest) => new($"/api/v2/analytics/{rest}", UriKind.Relative);

    private static decimal Sum(Answer answer, string field) => answer["points"].AsArray().Sum(p => decimal.Parse($"{p![field]}", CultureInfo.InvariantCulture));

    private static async Task<Answer> ReadAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(Path(path), TestContext.Current.CancellationToken);
        return await Answer.OfAsync(response);
    }
}
