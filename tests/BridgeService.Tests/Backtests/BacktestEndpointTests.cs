using System.Net;
using Sure.BridgeService.Tests.Hosts;
using Sure.TestServers;

namespace Sure.BridgeService.Tests.Backtests;

/// <summary><c>POST /api/v2/bridge-health/backtest</c>, on the service as it runs.</summary>
public sealed class BacktestEndpointTests(BacktestEndpointTests.Host host) : IClassFixture<BacktestEndpointTests.Host>
{
    private const long Start = 1_704_000_000;

    [Fact]
    public async Task A_drained_bridge_is_told_point_by_point()
    {
        var answer = await PostAsync([.. Enumerable.Range(0, 60).SelectMany(m => new[] { Saw("a", m, m < 10 ? 100m : 50m), Saw("b", m, m < 10 ? 100m : 50m) })]);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        // Gone at minute 10, seen twice at 11, not back at 41.
        Assert.Equal((Start + (11 * 60), Start + (41 * 60)), ((long)answer["exploit_detected_at"], (long)answer["exploit_confirmed_at"]));
        Assert.Equal(60, answer["points"].AsArray().Count);
        var point = answer["points"][10]!;
        Assert.Equal(
            (Start + 600, 0.49m, "Critical", 50m, -50m, 1m, false, false),
            ((long)point["time"]!, (decimal)point["health_score"]!, (string)point["health_status"]!, (decimal)point["tvl_usd"]!, (decimal)point["tvl_drawdown_pct"]!,
             (decimal)point["oracle_consensus"]!, (bool)point["exploit_detected"]!, (bool)point["exploit_confirmed"]!));
        var alert = answer["alerts"][0]!;
        Assert.Equal(("tvl_drop", "Critical", Start + 600), ((string)alert["alert_type"]!, (string)alert["severity"]!, (long)alert["timestamp"]!));
        Assert.Null(alert["resolved_at"]);
    }

    /// <summary>Half of the transactions of the last hour failed: 0.40 + 0.30 + 0.20 × 0.5 + 0.10 = 0.90; an hour later none is known: 1.</summary>
    [Fact]
    public async Task Transactions_count_for_an_hour()
    {
        var answer = await PostAsync(
        [
            .. Enumerable.Range(0, 90).SelectMany(m => new object[]
            {
                m == 0 ? new { source = "a", tvl_usd = 100m, observed_at = Start, transactions_tried = 8, transactions_succeeded = 4 } : Saw("a", m, 100m),
                Saw("b", m, 100m),
            }),
        ]);

        Assert.Equal((0.9m, 1m), ((decimal)answer["points"][59]!["health_score"]!, (decimal)answer["points"][60]!["health_score"]!));
    }

    [Fact]
    public async Task What_cannot_be_tested_is_refused_with_every_fault()
    {
        var answer = await PostAsync(
        [
            Saw("", 0, 1m), Saw("a", 0, -1m), Saw("a", 0, 1m), new { source = "b", tvl_usd = 1m, observed_at = Start, transactions_tried = 1, transactions_succeeded = 2 },
        ]);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.Equal(
            ["observations[0].source", "observations[1].tvl_usd", "observations[2].observed_at", "observations[3].transactions_succeeded"],
            answer["errors"].AsObject().Select(e => e.Key));
    }

    [Fact]
    public async Task Limits_hold()
    {
        foreach (var observations in new object[][]
        {
            [],
            [Saw("a", 0, 1m), Saw("a", (31 * 1440) + 1, 1m)],
            [.. Enumerable.Range(0, 21).Select(i => Saw($"s{i}", 0, 1m))],
        })
        {
            var answer = await PostAsync(observations);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
            Assert.NotNull(answer["errors"]["observations"]);
        }
    }

    /// <summary>946 684 800 is 2000-01-01, 4 133 980 800 is 2101-01-01; the others are the first and the last that can be read.</summary>
    [Theory]
    [InlineData(-62_135_596_800, HttpStatusCode.UnprocessableEntity)]
    [InlineData(-1, HttpStatusCode.UnprocessableEntity)]
    [InlineData(946_684_799, HttpStatusCode.UnprocessableEntity)]
    [InlineData(946_684_800, HttpStatusCode.OK)]
    [InlineData(4_133_980_799, HttpStatusCode.OK)]
    [InlineData(4_133_980_800, HttpStatusCode.UnprocessableEntity)]
    [InlineData(253_402_300_799, HttpStatusCode.UnprocessableEntity)]
    public async Task Times_are_of_the_years_2000_to_2100(long at, HttpStatusCode status)
    {
        var answer = await PostAsync([new { source = "a", tvl_usd = 1m, observed_at = at }]);

        Assert.Equal(status, answer.Status);
        if (status is HttpStatusCode.UnprocessableEntity)
        {
            Assert.Equal("observations[0].observed_at must be within the years 2000 … 2100.", (string)answer["errors"]["observations[0].observed_at"]![0]!);
        }
    }

    [Fact]
    public async Task What_cannot_be_read_is_malformed()
    {
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync([new { source = "a", observed_at = Start }])).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await BridgeHost.PostAsync(host.Service.Anonymous, Path, new { observations = new object?[] { null } })).Status);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync([Saw(new string('a', 1024 * 1024), 0, 1m)])).Status);
    }

    private const string Path = "/api/v2/bridge-health/backtest";

    private static object Saw(string source, int minute, decimal tvl) => new { source, tvl_usd = tvl, observed_at = Start + (minute * 60) };

    private Task<Answer> PostAsync(object[] observations) => BridgeHost.PostAsync(host.Service.Anonymous, Path, new { observations });

    public sealed class Host(PostgresServer postgres) : IAsyncLifetime
    {
        internal BridgeHost Service { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Service = await BridgeHost.StartAsync(postgres);

        public ValueTask DisposeAsync() => Service.DisposeAsync();
    }
}
