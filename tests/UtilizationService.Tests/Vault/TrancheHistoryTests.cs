using System.Net;
using Npgsql;
using Sure.Coordination.Leases;
using Sure.TestServers;
using Sure.UtilizationService.Tests.Hosts;
using Sure.UtilizationService.Tranches;

namespace Sure.UtilizationService.Tests.Vault;

/// <summary>Tranches over time.</summary>
public sealed class TrancheHistoryTests(PostgresServer postgres) : IAsyncLifetime
{
    /// <summary>10 000 s before those in which the test began: over when it runs, and none that is past retention.</summary>
    private static readonly long Start = (TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 10_000 * 10_000) - 10_000;

    private UtilizationHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await UtilizationHost.StartAsync(postgres);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task What_is_told_is_kept()
    {
        await _host.FillAsync();

        await UtilizationHost.EventuallyAsync(
            async () => (await ReadAsync("SURE_EQT", ""))["points"].AsArray() is [.., var last] && (decimal)last!["total_capital_usd"]! == 1_000_000m,
            "the capital to be in the history");

        var history = await ReadAsync("sure_eqt", "");
        var point = history["points"].AsArray()[^1]!;
        Assert.Equal(("SURE_EQT", 30L), ((string?)history["tranche_id"], (long)history["resolution_seconds"]));
        Assert.Equal(
            (17m, 0m, 0m, 0m, "1.000000000000000000"),
            ((decimal)point["apy"]!, (decimal)point["realised_apy_30d"]!, (decimal)point["utilization"]!, (decimal)point["coverage_sold_usd"]!, (string?)point["share_price"]));
        Assert.InRange((double)point["time"]!, (double)history["timestamp"] - 60, (double)history["timestamp"]);
    }

    /// <summary>
    /// A change at every look, of which there are two a second: 0 s is kept; 10.5 s, when ten have passed, and not what was told before; 11.5 s,
    /// the last change, only when there have been ten again, though nothing changes any more. Each is told at once.
    /// </summary>
    [Fact]
    public async Task However_often_figures_change_they_are_kept_every_ten_seconds_and_the_last_always_is()
    {
        await using var holder = await _host.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await holder.BeginTransactionAsync(TestContext.Current.CancellationToken);
        // The monitor of the service is held off.
        await ExecuteAsync(holder, "SELECT FROM lease WHERE name = 'tranche-figures' FOR UPDATE");
        await using var connection = await _host.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await ExecuteAsync(connection, "INSERT INTO lease VALUES ('test', 'test', 1, now())");
        var (told, kept) = (await CountAsync(connection, "outbox WHERE type = 'TrancheUtilizationChanged'"), await CountAsync(connection, "tranche_history"));
        var clock = new SteppedClock(DateTimeOffset.FromUnixTimeSeconds(Start));
        var monitor = _host.Another<TrancheMonitor>(clock);
        // Within a second of a change it is told, so it looks at least that often.
        Assert.InRange(monitor.Interval, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(1));

        for (var look = 0; look <= 50; look++)
        {
            if (look <= 22)
            {
                await ExecuteAsync(connection, "UPDATE pool SET version = version + 1");
            }

            await monitor.RunOnceAsync(new LeaseTerm("test", 1), TestContext.Current.CancellationToken);
            clock.Step(TimeSpan.FromSeconds(look == 19 ? 1 : 0.5));
        }

        Assert.Equal(told + 23, await CountAsync(connection, "outbox WHERE type = 'TrancheUtilizationChanged'"));
        Assert.Equal(kept + (3 * 6), await CountAsync(connection, "tranche_history"));
        var times = (await ReadAsync("SURE_SNR", $"?from={Start}&to={Start + 60}"))["points"].AsArray().Select(p => (double)p!["time"]! - Start);
        Assert.Equal([0, 10.5, 11.5], times);
    }

    /// <summary>A point every second of 10 000 s: five seconds a bucket, its last second is kept.</summary>
    [Fact]
    public async Task A_long_history_keeps_the_last_point_of_each_bucket()
    {
        await WriteAsync(from: Start, to: Start + 9_999);

        var history = await ReadAsync("SURE_SNR", $"?from={Start}&to={Start + 9_999}");
        var times = history["points"].AsArray().Select(p => (long)p!["time"]!).ToList();

        Assert.Equal(5, (long)history["resolution_seconds"]);
        Assert.Equal(Start + 4, times[0]);
        Assert.All(times.Take(times.Count - 1), t => Assert.Equal(4, t % 5));
        Assert.Equal(Start + 9_999, times[^1]);
        Assert.Equal(2_000, times.Count);
    }

    [Fact]
    public async Task Both_ends_of_the_span_belong_to_it()
    {
        await WriteAsync(from: Start, to: Start + 10);

        Assert.Equal([Start + 3, Start + 4, Start + 5], (await ReadAsync("SURE_SNR", $"?from={Start + 3}&to={Start + 5}"))["points"].AsArray().Select(p => (long)p!["time"]!));
        Assert.Equal([Start + 4], (await ReadAsync("SURE_SNR", $"?from={Start + 4}&to={Start + 4}"))["points"].AsArray().Select(p => (long)p!["time"]!));
        Assert.Empty((await ReadAsync("SURE_SNR", $"?from={Start + 4}.5&to={Start + 4}.75"))["points"].AsArray());
        Assert.Empty((await ReadAsync("SURE_SNR", "?to=1000"))["points"].AsArray());
    }

    [Theory]
    [InlineData("?from=2&to=1", "from")]
    [InlineData("?from=-1", "from")]
    [InlineData("?to=1e30", "to")]
    [InlineData("?to=253402300800", "to")]
    [InlineData("?from=yesterday", "from")]
    [InlineData("?from=99999999999", "from")]
    public async Task A_span_that_is_none_is_malformed(string query, string field)
    {
        var answer = await ReadAsync("SURE_SNR", query);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.NotNull(answer["errors"][field]);
    }

    [Fact]
    public async Task There_is_no_history_of_an_unknown_tranche() =>
        Assert.Equal(HttpStatusCode.NotFound, (await ReadAsync("SURE_TOP", "")).Status);

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<long> CountAsync(NpgsqlConnection connection, string what)
    {
        await using var command = new NpgsqlCommand($"SELECT count(*) FROM {what}", connection);
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private Task<Answer> ReadAsync(string tranche, string query) => UtilizationHost.GetAsync(_host.Anonymous, $"/api/v2/tranches/{tranche}/history{query}");

    private async Task WriteAsync(long from, long to)
    {
        await using var command = _host.Database.CreateCommand(
            $"INSERT INTO tranche_history SELECT 'SURE_SNR', to_timestamp(s), 6.5, 0, 0, s, 0, 1 FROM generate_series({from}, {to}) AS s");
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
