using System.Net;
using System.Text.Json.Nodes;
using Sure.QuoteService.Quotes;
using Sure.QuoteService.Tests.Hosts;
using Sure.TestServers;

namespace Sure.QuoteService.Tests;

/// <summary>A quote lives five minutes in a real Redis, and quoting does not need it.</summary>
public sealed class QuoteLifeTests(PostgresServer postgres)
{
    /// <summary>In seconds; "Redis, 300 s".</summary>
    private const int Life = 300;

    /// <summary>Back with its dependency "by itself, within 10 s".</summary>
    private static readonly TimeSpan Healed = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_quote_reads_as_it_was_answered()
    {
        await using var host = await QuoteHost.StartAsync(postgres);

        var quote = await host.BindableQuoteAsync(10_000m, 90);
        var read = await host.ReadKnownAsync((string)quote["quote_id"]!);

        // 10 000 × 0.008 × 90 / 365 = 19.726…
        Assert.Equal((HttpStatusCode.OK, 19.73m, true), (quote.Status, (decimal)quote["premium"], (bool)quote["bindable"]));
        Assert.Equal(Life, (decimal)quote["expires_at"] - (decimal)quote["timestamp"]);
        Assert.Equal(HttpStatusCode.OK, read.Status);
        Assert.True(JsonNode.DeepEquals(quote.Body, read.Body), $"{quote.Body} reads as {read.Body}");
    }

    [Theory]
    [InlineData("1")]
    [InlineData("01890a5d-ac96-774b-bcce-b302099a805")]
    [InlineData("01890a5d-ac96-774b-bcce-b302099a8057")]
    public async Task What_names_no_quote_is_not_found(string quoteId)
    {
        await using var host = await QuoteHost.StartAsync(postgres);

        var read = await host.ReadKnownAsync(quoteId);

        Assert.Equal((HttpStatusCode.NotFound, "urn:sure:problem:not-found"), (read.Status, (string?)read["type"]));
    }

    [Fact]
    public async Task Redis_forgets_a_quote_after_300_seconds_and_then_it_is_not_found()
    {
        await using var host = await QuoteHost.StartAsync(postgres);
        var asked = TimeProvider.System.GetTimestamp();
        var id = (string)(await host.BindableQuoteAsync(10_000m, 90))["quote_id"]!;
        await using var redis = await host.ConnectToRedisAsync();
        var key = Assert.Single(redis.GetServers().Single().Keys(pattern: $"*{Guid.Parse(id):N}*"));

        var left = await redis.GetDatabase().KeyTimeToLiveAsync(key);
        var elapsed = TimeProvider.System.GetElapsedTime(asked);
        Assert.InRange(left!.Value, TimeSpan.FromSeconds(Life) - elapsed, TimeSpan.FromSeconds(Life));

        // What the clock of Redis would do in the end.
        await redis.GetDatabase().KeyExpireAsync(key, TimeSpan.FromMilliseconds(1));
        await Waiting.UntilAsync(() => host.ReadAsync(id), a => a.Status == HttpStatusCode.NotFound, Patience, "the quote has expired");
    }

    /// <summary>Redis counts from when it stores, some moments later than the quote does.</summary>
    [Fact]
    public async Task A_quote_that_has_run_out_is_not_found_though_Redis_still_has_it()
    {
        await using var host = await QuoteHost.StartAsync(postgres);
        var id = (string)(await host.BindableQuoteAsync(10_000m, 90))["quote_id"]!;
        await using var redis = await host.ConnectToRedisAsync();
        var key = $"quote:{Guid.Parse(id):N}";
        var stored = JsonNode.Parse((string)(await redis.GetDatabase().StringGetAsync(key))!)!;
        stored["document"]!["expires_at"] = (decimal)stored["document"]!["expires_at"]! - Life;
        await redis.GetDatabase().StringSetAsync(key, stored.ToJsonString(), TimeSpan.FromMinutes(1));

        Assert.Equal(HttpStatusCode.NotFound, (await host.ReadKnownAsync(id)).Status);
    }

    /// <summary>What is asked for at once is stored together, and each keeps its own quote.</summary>
    [Fact]
    public async Task Quotes_that_many_ask_for_at_once_are_all_kept()
    {
        await using var host = await QuoteHost.StartAsync(postgres);

        // The first ones of a process may be too slow for Redis to be waited for.
        var quotes = await Eventually.HoldsAsync(
            () => Task.WhenAll(Enumerable.Range(1, 200).Select(i => host.QuoteAsync(100m * i, 30))),
            all => Array.TrueForAll(all, q => (bool)q["bindable"]),
            "all are kept",
            TestContext.Current.CancellationToken);

        foreach (var quote in quotes)
        {
            var read = await host.ReadKnownAsync((string)quote["quote_id"]!);
            Assert.True(JsonNode.DeepEquals(quote.Body, read.Body), $"{quote.Body} reads as {read.Body}");
        }

        await using var redis = await host.ConnectToRedisAsync();
        var lives = await Task.WhenAll(quotes.Select(q => redis.GetDatabase().KeyTimeToLiveAsync($"quote:{Guid.Parse((string)q["quote_id"]!):N}")));
        Assert.All(lives, l => Assert.InRange(l!.Value, TimeSpan.FromSeconds(Life - Patience.TotalSeconds), TimeSpan.FromSeconds(Life)));
    }

    /// <summary>Its memory is full.</summary>
    [Fact]
    public async Task While_Redis_takes_nothing_quotes_come_unbindable_and_then_bindable_again()
    {
        await using var host = await QuoteHost.StartAsync(postgres);
        await host.BindableQuoteAsync(10_000m, 90);
        await using var redis = await host.ConnectToRedisAsync();
        await redis.GetDatabase().ExecuteAsync("CONFIG", "SET", "maxmemory", "1");

        var quotes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => host.QuoteAsync(10_000m, 90)));
        Assert.All(quotes, q => Assert.Equal((HttpStatusCode.OK, 19.73m, false), (q.Status, (decimal)q["premium"], (bool)q["bindable"])));

        await redis.GetDatabase().ExecuteAsync("CONFIG", "SET", "maxmemory", "0");
        await host.BindableQuoteAsync(10_000m, 90);
    }

    /// <summary>
    /// Of batches of 300 none goes with another. While the first command has no answer the others wait too long to be sent at all: each command
    /// that fails is a line of the log.
    /// </summary>
    [Fact]
    public async Task While_Redis_stands_still_nobody_waits_for_all_who_came_before()
    {
        await using var host = await QuoteHost.StartAsync(postgres);
        var quote = await host.BindableQuoteAsync(10_000m, 90);
        var batch = Enumerable.Repeat((await host.Store.FindAsync(Guid.Parse((string)quote["quote_id"]!)))!, 300).ToList();
        var failedBefore = host.Logged.Of<QuoteStore>().Count;
        await using var redis = await host.ConnectToRedisAsync();
        await redis.GetDatabase().ExecuteAsync("CLIENT", "PAUSE", "20000", "ALL");
        var began = TimeProvider.System.GetTimestamp();

        var stored = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => host.Store.TryStoreAsync(batch)));
        var failed = host.Logged.Of<QuoteStore>().Count - failedBefore;
        var batches = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => host.QuoteBatchAsync(Enumerable.Repeat((5_000m, 30), 300))));

        Assert.All(stored, Assert.False);
        // One, and another where busy cores let the last ones come later than the first.
        Assert.InRange(failed, 1, 3);
        Assert.All(batches.SelectMany(b => b["results"].AsArray()), r => Assert.False((bool)r!["quote"]!["bindable"]!));
        // Nor does anybody wait until Redis goes on.
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        await host.BindableQuoteAsync(10_000m, 90);
    }

    [Fact]
    public async Task Without_Redis_quotes_come_unbindable_and_with_it_bindable_again()
    {
        await using var host = await QuoteHost.StartAsync(postgres);
        var before = await host.BindableQuoteAsync(10_000m, 90);

        await host.Redis.StopAsync();
        // The first ones find the connection still open, later ones know that it is gone.
        for (var i = 0; i < 20; i++)
        {
            var quote = await host.QuoteAsync(10_000m, 90);
            Assert.Equal((HttpStatusCode.OK, 19.73m, false), (quote.Status, (decimal)quote["premium"], (bool)quote["bindable"]));
        }

        // 5 000 × 0.008 × 30 / 365 = 3.287…; 20 000 × 0.008 × 365 / 365 = 160.
        var batch = await host.QuoteBatchAsync((5_000m, 30), (20_000m, 365));
        Assert.Equal(HttpStatusCode.OK, batch.Status);
        Assert.Equal([3.29m, 160m], batch["results"].AsArray().Select(r => (decimal)r!["quote"]!["premium"]!));
        Assert.All(batch["results"].AsArray(), r => Assert.False((bool)r!["quote"]!["bindable"]!));

        var read = await host.ReadAsync((string)before["quote_id"]!);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, read.Status);
        Assert.NotNull(read.RetryAfter);

        await host.Redis.StartAsync();
        await Waiting.UntilAsync(() => host.QuoteAsync(10_000m, 90), a => (bool)a["bindable"], Healed, "quotes are bindable again");
        // Redis keeps what it stored over its crash.
        Assert.Equal(HttpStatusCode.OK, (await host.ReadKnownAsync((string)before["quote_id"]!)).Status);
    }
}
