using System.Reflection;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;
using Sure.Gateway.Limits;
using Sure.ServiceDefaults.Identity;
using Sure.TestServers;

namespace Sure.Gateway.Tests;

/// <summary>A client's minute.</summary>
public sealed class RateWindowTests(RedisServer redis) : IAsyncLifetime
{
    /// <summary>Of the machine, for what needs no time of the clock.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000));

    public async ValueTask InitializeAsync() => await redis.StartAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Alone_it_gives_the_limit_once_a_minute()
    {
        await using var nowhere = await ConnectionMultiplexer.ConnectAsync("127.0.0.1:1,abortConnect=false,connectTimeout=100");
        var window = new RateWindow("x", new SharedCounts(nowhere, Options.Create(new LimitOptions()), _time, NullLogger<SharedCounts>.Instance), _time);
        for (var minute = 0; minute < 2; minute++)
        {
            var verdicts = new List<RateVerdict>();
            for (var i = 0; i < 12; i++)
            {
                verdicts.Add(await window.SpendAsync(10, 1));
                _time.Advance(TimeSpan.FromSeconds(1));
            }

            Assert.Equal(10, verdicts.Count(v => v.IsAllowed));
            Assert.Equal([60, 59, 58], verdicts.Take(3).Select(v => v.ResetSeconds));
            Assert.Equal([true, false], verdicts.Where(v => !v.IsAllowed).Select(v => v.IsFirstRefusal));
            _time.Advance(TimeSpan.FromSeconds(48));
        }
    }

    [Fact]
    public async Task What_costs_more_than_is_left_is_refused_and_takes_nothing_and_what_costs_more_than_the_limit_takes_it_whole()
    {
        await using var client = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        var shared = new SharedCounts(client, Options.Create(new LimitOptions { SharedTimeout = TimeSpan.FromSeconds(5) }), TimeProvider.System, NullLogger<SharedCounts>.Instance);
        var window = new RateWindow($"{Guid.NewGuid()}", shared, TimeProvider.System);

        Assert.True((await window.SpendAsync(100, 60)).IsAllowed);
        var refused = await window.SpendAsync(100, 41);
        Assert.False(refused.IsAllowed);
        Assert.Equal(40, refused.Remaining);
        Assert.True((await window.SpendAsync(100, 40)).IsAllowed);
        Assert.False((await window.SpendAsync(100, 1)).IsAllowed);
        Assert.True((await new RateWindow($"{Guid.NewGuid()}", shared, TimeProvider.System).SpendAsync(100, 560)).IsAllowed);
    }

    [Fact]
    public async Task Many_at_once_share_a_question_and_nothing_is_given_twice()
    {
        await using var client = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        var shared = new SharedCounts(client, Options.Create(new LimitOptions { SharedTimeout = TimeSpan.FromSeconds(5) }), TimeProvider.System, NullLogger<SharedCounts>.Instance);
        var name = $"{Guid.NewGuid()}";
        RateWindow[] instances = [.. Enumerable.Range(0, 2).Select(_ => new RateWindow(name, shared, TimeProvider.System))];

        var verdicts = await Task.WhenAll(Enumerable.Range(0, 4000).Select(i => Task.Run(async () => await instances[i % 2].SpendAsync(1000, 1))));

        Assert.InRange(verdicts.Count(v => v.IsAllowed), 980, 1000);
    }

    [Fact]
    public async Task A_client_of_Redis_that_refuses_a_command_is_one_that_is_away()
    {
        var window = Window(new RedisCommandException("This operation is not possible."));

        Assert.True((await window.SpendAsync(10, 1)).IsAllowed);
        Assert.True((await window.SpendAsync(10, 1)).IsAllowed);
    }

    /// <summary>Waited for 250 ms, and then left alone for a second.</summary>
    [Fact]
    public async Task A_Redis_that_answers_nothing_is_waited_for_once_and_asked_again_after_a_pause()
    {
        var clock = new TimedWaits(_time.GetUtcNow());
        var client = DispatchProxy.Create<IConnectionMultiplexer, Silent>();
        var silent = (Silent)(object)client;
        var shared = new SharedCounts(client, Options.Create(new LimitOptions()), clock, NullLogger<SharedCounts>.Instance);

        var first = Spend("one");
        Assert.Equal(TimeSpan.FromMilliseconds(250), await clock.NextAsync());
        clock.Advance(TimeSpan.FromMilliseconds(249));
        Assert.False(first.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        await AllowsAsync(first);

        clock.Advance(TimeSpan.FromMilliseconds(999));
        await AllowsAsync(Spend("other"));
        Assert.Equal(1, silent.Asked);

        clock.Advance(TimeSpan.FromMilliseconds(1));
        var third = Spend("third");
        Assert.Equal(TimeSpan.FromMilliseconds(250), await clock.NextAsync());
        clock.Advance(TimeSpan.FromMilliseconds(250));
        await AllowsAsync(third);
        Assert.Equal(2, silent.Asked);

        Task<RateVerdict> Spend(string name) => new RateWindow(name, shared, clock).SpendAsync(10, 1).AsTask();

        async Task AllowsAsync(Task<RateVerdict> verdict) => Assert.True((await verdict.WaitAsync(Patience, TestContext.Current.CancellationToken)).IsAllowed);
    }

    [Fact]
    public async Task What_nobody_expects_fails_one_request_and_not_the_next()
    {
        var window = Window(new InvalidCastException());

        await Assert.ThrowsAsync<InvalidCastException>(async () => await window.SpendAsync(10, 1));
        Assert.True((await window.SpendAsync(10, 1)).IsAllowed);
    }

    [Theory]
    [InlineData("""{"quotes":[]}""", 1)]
    [InlineData("""{"quotes":[{},{},{},{},{},{},{},{},{},{},{}]}""", 2)]
    [InlineData("""{"quotes":[null,null,null,null,null,null,null,null,null,null,null]}""", 2)]
    [InlineData("""{"quotes":[{"a":{"b":{}}},{"a":[{},{},{},{},{},{},{},{},{},{},{},{}]}]}""", 1)]
    [InlineData("""{"quotes":[{},{},{},{},{},{},{},{},{},{},{},x""", 56)]
    [InlineData("\uFEFF{\"quotes\":[{},{},{},{},{},{},{},{},{},{},{}]}", 2)]
    [InlineData("nonsense", 56)]
    [InlineData("", 56)]
    public void The_quotes_of_a_batch_are_counted_and_what_cannot_be_read_counts_as_the_largest(string body, long cost) =>
        Assert.Equal(cost, BatchCost.Of(Encoding.UTF8.GetBytes(body)));

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    public void Addresses_of_one_site_are_one_client(string address, string name) =>
        Assert.Equal(name, Site.NameOf(System.Net.IPAddress.Parse(address)));

    /// <summary>One whose shared count fails once, and after that is away.</summary>
    private RateWindow Window(Exception failure)
    {
        var client = DispatchProxy.Create<IConnectionMultiplexer, FailingOnce>();
        ((FailingOnce)(object)client).Failure = failure;
        return new RateWindow("x", new SharedCounts(client, Options.Create(new LimitOptions()), _time, NullLogger<SharedCounts>.Instance), _time);
    }

    /// <summary>A client of Redis that is connected until it is first used.</summary>
    public class FailingOnce : DispatchProxy
    {
        private bool _hasFailed;

        public Exception Failure { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name == $"get_{nameof(IConnectionMultiplexer.IsConnected)}")
            {
                return !_hasFailed;
            }

            _hasFailed = true;
            throw Failure;
        }
    }

    /// <summary>A client of a Redis that takes every question and answers none.</summary>
    public class Silent : DispatchProxy
    {
        private Silent? _client;
        private int _asked;

        /// <summary>How many questions it took.</summary>
        public int Asked => Volatile.Read(ref _asked);

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            switch (targetMethod!.Name)
            {
                case $"get_{nameof(IConnectionMultiplexer.IsConnected)}":
                    return true;
                case nameof(IConnectionMultiplexer.GetDatabase):
                    var database = Create<IDatabase, Silent>();
                    ((Silent)(object)database)._client = this;
                    return database;
                default:
                    Interlocked.Increment(ref _client!._asked);
                    return new TaskCompletionSource<RedisResult>().Task;
            }
        }
    }

    /// <summary>Tells when somebody begins to wait for a time.</summary>
    private sealed class TimedWaits(DateTimeOffset start) : FakeTimeProvider(start)
    {
        private readonly Channel<TimeSpan> _begun = Channel.CreateUnbounded<TimeSpan>();

        /// <summary>The next that is begun and was not asked for yet; how long it is.</summary>
        public async Task<TimeSpan> NextAsync() => await _begun.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            _begun.Writer.TryWrite(dueTime);
            return timer;
        }
    }
}
