using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;
using Sure.TestServers;
using Sure.UtilizationService.Figures;
using Sure.UtilizationService.Tests.Hosts;

namespace Sure.UtilizationService.Tests;

/// <summary>Figures of the pool are kept in Redis, and never older than the last change.</summary>
public sealed class FigureCacheTests(PostgresServer postgres, RedisServer redis) : IDisposable
{
    private readonly ConcurrentQueue<string> _reads = [];
    private readonly MeterListener _listener = new();

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task Figures_are_read_once_and_dropped_on_every_instance_when_the_pool_changes()
    {
        Listen();
        await redis.StartAsync();
        await using var one = await UtilizationHost.StartAsync(postgres, redis: redis.ConnectionString);
        await using var other = await one.StartAnotherAsync(postgres, redis.ConnectionString);
        await one.FillAsync(1_000_000m);
        await UtilizationHost.EventuallyAsync(async () => await CapitalAsync(other) == 1_000_000m, "the other instance to see the deposits");
        await UtilizationHost.EventuallyAsync(
            async () =>
            {
                _reads.Clear();
                return await CapitalAsync(one) == 1_000_000m && await CapitalAsync(other) == 1_000_000m && _reads.SequenceEqual(["hit", "hit"]);
            },
            "both instances to answer from the cache");

        await one.FillAsync(500_000m);

        await UtilizationHost.EventuallyAsync(async () => await CapitalAsync(other) == 1_500_000m, "the other instance to see the change");
        Assert.Contains("miss", _reads);
    }

    [Fact]
    public async Task Without_Redis_figures_come_from_the_database()
    {
        await using var host = await UtilizationHost.StartAsync(postgres);
        await host.FillAsync(1_000_000m);

        Assert.Equal(1_000_000m, await CapitalAsync(host));
        await host.FillAsync(1_000_000m);
        Assert.Equal(2_000_000m, await CapitalAsync(host));
    }

    /// <summary>Once the pool has changed nobody waits for what was begun before.</summary>
    [Fact]
    public async Task Who_misses_while_a_figure_is_read_waits_for_the_same_read_until_the_pool_changes()
    {
        Listen();
        await redis.StartAsync();
        // A database that no other cache keeps anything in.
        await using var connection = await ConnectionMultiplexer.ConnectAsync($"{redis.ConnectionString},defaultDatabase=1");
        var cache = new FigureCache(connection, NullLogger<FigureCache>.Instance);
        var reads = new ConcurrentQueue<TaskCompletionSource<(long, string)>>();
        Task<(long, string)> Read()
        {
            var read = new TaskCompletionSource<(long, string)>(TaskCreationOptions.RunContinuationsAsynchronously);
            reads.Enqueue(read);
            return read.Task;
        }

        var first = Enumerable.Range(0, 20).Select(_ => cache.ReadAsync(Figure.Pool, Read)).ToList();
        await UtilizationHost.EventuallyAsync(() => Task.FromResult(_reads.Count == 20 && !reads.IsEmpty), "all to have missed it");
        await cache.DropAsync(version: 2);
        var second = cache.ReadAsync(Figure.Pool, Read);
        await UtilizationHost.EventuallyAsync(() => Task.FromResult(_reads.Count == 21 && reads.Count > 1), "a read after the change");
        var begun = reads.ToArray();
        Assert.Equal(2, begun.Length);
        begun[0].SetResult((1, "before"));
        begun[1].SetResult((2, "after"));

        Assert.Equal("after", await second);
        Assert.All(await Task.WhenAll(first), figure => Assert.Equal("before", figure));
        Assert.Equal("after", await cache.ReadAsync(Figure.Pool, Read));
    }

    private void Listen()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "sure.figures.reads")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            // Tests that run beside this one have no Redis.
            if ((string)tags[0].Value! is var outcome and not "unavailable")
            {
                _reads.Enqueue(outcome);
            }
        });
        _listener.Start();
    }

    private static async Task<decimal> CapitalAsync(UtilizationHost host) =>
        (decimal)(await UtilizationHost.GetAsync(host.Anonymous, "/api/v2/pool"))["total_capital_usd"];
}
