using System.Net;
using System.Net.Http.Json;
using FsCheck;
using FsCheck.Fluent;
using Npgsql;
using Sure.Contracts.Vocabulary;
using Sure.TestServers;
using Sure.UtilizationService.Capital;
using Sure.UtilizationService.Pool;
using Sure.UtilizationService.Premiums;
using Sure.UtilizationService.Tests.Hosts;
using Sure.UtilizationService.Tranches;

namespace Sure.UtilizationService.Tests;

/// <summary>Who gets what premiums earn (domain, §3).</summary>
public sealed class PremiumTests(PostgresServer postgres)
{
    private static readonly Product Depeg = new(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC);

    /// <summary>
    /// At u = 0 the targets of 10 m in the loss shares are 0.1, 0.13, 0.162, 0.1875, 0.192, 0.17 m a year, 0.9415 m in all: 2 579.45 a
    /// day. Of 1 000 earned in a day SURE_BTC gets 1 000 × 0.1/0.9415 = 106.21.
    /// </summary>
    [Fact]
    public void Earned_premium_is_shared_by_capital_times_target()
    {
        var parts = Parts(1_000m, Positions.TenMillion().Tranches, TimeSpan.FromDays(1));

        Assert.Equal(106.21m, parts[Tranche.Bitcoin]);
        Assert.Equal(1_000m, parts.Values.Sum());
    }

    /// <summary>5 000 in a day is 2 420.55 more than every target; that goes to equity on top of its 465.75.</summary>
    [Fact]
    public void What_exceeds_every_target_goes_to_equity()
    {
        var parts = Parts(5_000m, Positions.TenMillion().Tranches, TimeSpan.FromDays(1));

        Assert.Equal(273.97m, parts[Tranche.Bitcoin]);
        Assert.InRange(parts[Tranche.Equity], 465.75m + 2_420.54m, 465.75m + 2_420.60m);
        Assert.Equal(5_000m, parts.Values.Sum());
    }

    /// <summary>Equity is used up: whoever deposited next would own what exceeds the targets.</summary>
    [Fact]
    public void While_equity_has_no_capital_the_most_junior_tranche_that_has_gets_what_exceeds_every_target()
    {
        var tranches = Positions.TenMillion().Tranches.Select(t => t.Tranche is Tranche.Equity ? t with { CapitalUsd = 0 } : t).ToList();

        var parts = Parts(1_000m, tranches, TimeSpan.Zero);

        Assert.Equal(1_000m, parts[Tranche.JuniorPlus]);
        Assert.Equal(1_000m, parts.Values.Sum());
    }

    [Fact]
    public void Without_capital_nobody_is_owed()
    {
        var nobody = Positions.TenMillion().Tranches.Select(t => t with { CapitalUsd = 0 }).ToList();
        Assert.All(Parts(10m, nobody, TimeSpan.FromDays(1)).Values, part => Assert.Equal(0m, part));
    }

    /// <summary>
    /// 19.73 over 90 days is far below every target, so it goes by 0.1, 0.13, 0.162, 0.1875, 0.192, 0.17 of 0.9415: 2.0956, 2.7243, 3.3949,
    /// 3.9292, 4.0235, 3.5625. In whole cents that is 19.70; the three that are left go to the greatest rests, .0092, .0056 and .0049.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(1973)]
    public void However_often_a_premium_is_booked_it_ends_with_the_same_tranches(int bookings)
    {
        var before = Positions.TenMillion().Tranches;

        var after = before;
        for (var i = 0; i < bookings; i++)
        {
            after = PremiumSharing.Share(19.73m / bookings, after, TimeSpan.FromDays(90) / bookings);
        }

        Assert.Equal([2.10m, 2.72m, 3.40m, 3.93m, 4.02m, 3.56m], after.Zip(before, (a, b) => a.CapitalUsd - b.CapitalUsd));
        Assert.Equal(0m, after.Sum(t => t.PremiumCarryUsd));
    }

    /// <summary>
    /// Bookings of 0 … 4 cents, each after a time that would owe a thousand times as much, so that nothing exceeds the targets: no tranche is
    /// ever debited, all is credited, and what a tranche has is its share of the sum but for cents.
    /// </summary>
    [Fact]
    public void In_whatever_cents_premium_comes_each_tranche_has_its_share() => Prop.ForAll(
        Gen.Choose(0, 4).ArrayOf(200).ToArbitrary(), Gen.Choose(0, 1_000_000).ArrayOf(6).ToArbitrary(), (cents, capital) =>
        {
            IReadOnlyList<TranchePosition> before = [.. Words<Tranche>.Members.Select((t, i) => new TranchePosition(t, 1 + (capital[i] * 100m), CoverageUsd: 0))];
            var after = before;
            foreach (var earned in cents)
            {
                var next = PremiumSharing.Share(earned * 0.01m, after, TimeSpan.FromDays(365_000));
                Assert.Equal(earned * 0.01m, next.Sum(t => t.CapitalUsd) - after.Sum(t => t.CapitalUsd));
                Assert.All(next.Zip(after), pair => Assert.True(pair.First.CapitalUsd >= pair.Second.CapitalUsd));
                Assert.Equal(0m, next.Sum(t => t.PremiumCarryUsd));
                after = next;
            }

            var total = before.Sum(YearlyUsd);
            var sum = cents.Sum() * 0.01m;
            // Capital that grows by cents moves the proportion of one USD of capital by a hundredth.
            Assert.All(after.Zip(before), pair => Assert.InRange(
                pair.First.CapitalUsd - pair.Second.CapitalUsd - (sum * YearlyUsd(pair.Second) / total), -0.06m - (sum * 0.02m), 0.06m + (sum * 0.02m)));
        }).QuickCheckThrowOnFailure();

    /// <summary>Its part of a cent is nobody's who holds shares: it goes where cents that exceed every target go.</summary>
    [Fact]
    public void The_carry_of_a_tranche_that_lost_its_capital_goes_to_the_most_junior_that_has()
    {
        var tranches = Positions.TenMillion().Tranches.Select(t => t.Tranche switch
        {
            Tranche.Senior => t with { CapitalUsd = 0, PremiumCarryUsd = 0.006m },
            Tranche.Equity => t with { PremiumCarryUsd = -0.006m },
            _ => t,
        }).ToList();

        var after = PremiumSharing.Share(0.01m, tranches, TimeSpan.Zero);

        Assert.Equal((0m, 0m), (after.Single(t => t.Tranche is Tranche.Senior).CapitalUsd, after.Sum(t => t.PremiumCarryUsd)));
        Assert.Equal(1_000_000.01m, after.Single(t => t.Tranche is Tranche.Equity).CapitalUsd);
    }

    /// <summary>
    /// 365.00 in 365 days is 1.00 a day, a cent in 14.4 minutes. Booked every 15 minutes for a day that is 1.00 as well: 0.1/0.9415 of it is
    /// SURE_BTC's, 0.106, and 0.17/0.9415 SURE_EQT's, 0.181.
    /// </summary>
    [Fact]
    public async Task Cents_that_are_booked_one_by_one_reach_every_tranche()
    {
        var clock = new MovableClock();
        await using var host = await UtilizationHost.StartAsync(postgres, clock);
        await host.FillAsync();
        await UtilizationHost.BindAsync(host.Alice, host.Quote(10_000m, Depeg, premiumUsd: 365m, days: 365));

        await BookAsync(host);
        var before = await BookedAtAsync(host);
        clock.Advance(TimeSpan.FromMinutes(10));
        await BookAsync(host);
        Assert.Equal(before, await BookedAtAsync(host));
        for (var booked = TimeSpan.FromMinutes(10); booked < TimeSpan.FromDays(1); booked += TimeSpan.FromMinutes(15))
        {
            clock.Advance(TimeSpan.FromMinutes(15));
            await BookAsync(host);
        }

        Assert.NotEqual(before, await BookedAtAsync(host));
        var tranches = (await UtilizationHost.GetAsync(host.Anonymous, "/api/v2/tranches/apy"))["tranches"].AsArray();
        Assert.InRange((decimal)tranches[0]!["total_capital_usd"]! - 2_500_000m, 0.10m, 0.12m);
        Assert.InRange((decimal)tranches[5]!["total_capital_usd"]! - 1_000_000m, 0.17m, 0.20m);
        Assert.True((bool)(await UtilizationHost.GetAsync(host.Operator, "/api/v2/ledger/check"))["agrees"]);
    }

    /// <summary>
    /// 31 days with nothing to earn, then 5 000.00 in one. The targets of that day, hardly any capital being used, are those of 10 000 000 USD in
    /// the loss shares at u = 0 over 365: 4, 6.5, 9, 12.5 and 16 % of 2.5, 2, 1.8, 1.5 and 1.2 m are 2 113.70, and equity has the other
    /// 2 886.30. By the targets of 32 days it would have its share of them alone, 170 000 / 941 500 of what came, 902.81.
    /// </summary>
    [Fact]
    public async Task Targets_are_owed_for_the_time_in_which_something_was_to_be_earned()
    {
        var clock = new MovableClock();
        await using var host = await UtilizationHost.StartAsync(postgres, clock);
        await host.FillAsync();
        clock.Advance(TimeSpan.FromDays(31));
        await host.CalmAsync();
        await BookAsync(host);
        await UtilizationHost.BindAsync(host.Alice, host.Quote(10_000m, Depeg, premiumUsd: 5_000m, days: 1));

        clock.Advance(TimeSpan.FromDays(1));
        await BookAsync(host);

        var tranches = (await UtilizationHost.GetAsync(host.Anonymous, "/api/v2/tranches/apy"))["tranches"].AsArray();
        Assert.InRange((decimal)tranches[5]!["total_capital_usd"]! - 1_000_000m, 2_884m, 2_886.30m);
    }

    /// <summary>
    /// 365.00 in 365 days is 1.00 in the first. Commands of this connection end after a second, the booking does not.
    /// </summary>
    [Fact]
    public async Task Premium_is_booked_however_long_that_takes()
    {
        await using var host = await UtilizationHost.StartAsync(postgres);
        await host.FillAsync();
        await UtilizationHost.BindAsync(host.Alice, host.Quote(10_000m, Depeg, premiumUsd: 365m, days: 365));
        await using var impatient = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(host.Database.ConnectionString) { CommandTimeout = 1 });
        await using var connection = await impatient.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await SlowBookingAsync(host);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        var pool = await PoolStore.LockAsync(connection, transaction, TestContext.Current.CancellationToken);
        var after = await PremiumBooking.BookAsync(connection, transaction, pool, host.Now.AddDays(1), TestContext.Current.CancellationToken);

        Assert.Equal(364m, after.UnearnedPremiumUsd);
    }

    /// <summary>
    /// 365.00 in 365 days is 1.00 in the first. The booking takes longer than a movement waits: that gives way at once, whoever moves capital
    /// next does not begin it again, and the monitor books it without an hour having passed. Then capital moves.
    /// </summary>
    [Fact]
    public async Task A_movement_that_cannot_wait_for_the_booking_leaves_it_to_the_monitor()
    {
        var clock = new MovableClock();
        await using var host = await UtilizationHost.StartAsync(
            postgres, clock, new Dictionary<string, string?> { ["Capital:PremiumBookingPatience"] = "00:00:01" });
        await host.FillAsync();
        await UtilizationHost.BindAsync(host.Alice, host.Quote(10_000m, Depeg, premiumUsd: 365m, days: 365));
        await BookAsync(host);
        await SlowBookingAsync(host);
        clock.Advance(TimeSpan.FromDays(1));

        // Holds the monitor off.
        await using (var holder = await host.Database.OpenConnectionAsync(TestContext.Current.CancellationToken))
        await using (var transaction = await holder.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            await ExecuteAsync(holder, "SELECT FROM lease WHERE name = 'premium-earning' FOR UPDATE");
            foreach (var (path, body) in new (string, object)[]
            {
                ("/api/v2/vault/deposit", new { tranche_id = "SURE_SNR", amount_usd = 100m }),
                ("/api/v2/pool/deployments", new { direction = "deploy", amount_usd = 1m }),
            })
            {
                using var response = await host.Operator.PostAsJsonAsync(path, body, TestContext.Current.CancellationToken);
                Assert.Equal((HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(15)), (response.StatusCode, response.Headers.RetryAfter!.Delta));
            }
        }

        Assert.Equal(1L, await AskAsync<long>(host, "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM bookings_begun"));
        await UtilizationHost.EventuallyAsync(async () => await EarnedAsync(host) == 1m, "the monitor to book");
        await AskAsync<object>(host, "DROP TRIGGER takes_long ON policy");
        Assert.Equal(HttpStatusCode.Created, (await DepositAsync(host)).Status);
        Assert.True((bool)(await UtilizationHost.GetAsync(host.Operator, "/api/v2/ledger/check"))["agrees"]);
    }

    /// <summary>Nothing was earned meanwhile, so nothing is booked; the wish is taken back all the same.</summary>
    [Fact]
    public async Task A_wish_to_book_ends_also_where_nothing_was_earned()
    {
        await using var host = await UtilizationHost.StartAsync(postgres);
        await host.FillAsync();
        await AskAsync<object>(host, "UPDATE pool SET booking_wanted = true");

        await UtilizationHost.EventuallyAsync(async () => (await DepositAsync(host)).Status is HttpStatusCode.Created, "capital to move again");
    }

    /// <summary>365.00 in 365 days is 1.00 in the first. Commands end after 5 s here: who then gives up came later than the monitor.</summary>
    [Fact]
    public async Task The_monitor_waits_for_its_turn_longer_than_others()
    {
        var clock = new MovableClock();
        await using var host = await UtilizationHost.StartAsync(
            postgres, clock, database: new NpgsqlConnectionStringBuilder(await postgres.CreateDatabaseAsync()) { CommandTimeout = 5 }.ConnectionString);
        await host.FillAsync();
        await UtilizationHost.BindAsync(host.Alice, host.Quote(10_000m, Depeg, premiumUsd: 365m, days: 365));
        await BookAsync(host);
        clock.Advance(TimeSpan.FromDays(1));
        await using (var wisher = await host.Database.OpenConnectionAsync(TestContext.Current.CancellationToken))
        await using (var holder = await host.Database.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            // Who waits for the wish to be committed has the lock before whoever sees it.
            await using var wish = await wisher.BeginTransactionAsync(TestContext.Current.CancellationToken);
            await ExecuteAsync(wisher, "UPDATE pool SET booking_wanted = true");
            await using var hold = await holder.BeginTransactionAsync(TestContext.Current.CancellationToken);
            var held = ExecuteAsync(holder, PoolStore.LockSql);
            await UtilizationHost.EventuallyAsync(async () => (await WaitingAsync(host)).Count == 1, "the holder to wait for the wish");
            await wish.CommitAsync(TestContext.Current.CancellationToken);
            await held;

            await UtilizationHost.EventuallyAsync(async () => (await WaitingAsync(host)).Count == 1, "the monitor to wait for the pool");
            var monitor = await WaitingAsync(host);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await DepositAsync(host)).Status);
            Assert.Equal(monitor, await WaitingAsync(host));
        }

        await UtilizationHost.EventuallyAsync(async () => await EarnedAsync(host) == 1m, "the monitor to book");
    }

    /// <summary>An hour passes while they wait: a deposit of the time before it would mint at the price after what happened in it.</summary>
    [Fact]
    public async Task Whoever_waits_for_the_pool_moves_at_the_time_of_its_turn()
    {
        var clock = new MovableClock();
        await using var host = await UtilizationHost.StartAsync(postgres, clock);
        await host.FillAsync();
        Task<Answer>[] moves;
        DateTimeOffset turn;
        await using (var holder = await host.Database.OpenConnectionAsync(TestContext.Current.CancellationToken))
        await using (await holder.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            await ExecuteAsync(holder, PoolStore.LockSql);
            moves =
            [
                DepositAsync(host),
                UtilizationHost.PostAsync(host.Operator, "/api/v2/vault/withdraw", new { tranche_id = "SURE_SNR", amount_usd = 1m }),
                UtilizationHost.PostAsync(host.Operator, "/api/v2/pool/deployments", new { direction = "deploy", amount_usd = 1m }),
            ];
            await UtilizationHost.EventuallyAsync(async () => (await WaitingAsync(host)).Count == moves.Length, "all to wait for the pool");
            clock.Advance(TimeSpan.FromHours(1));
            turn = clock.GetUtcNow();
        }

        Assert.All(await Task.WhenAll(moves), moved =>
        {
            Assert.Equal(HttpStatusCode.Created, moved.Status);
            Assert.True((double)moved["timestamp"] >= turn.ToUnixTimeMilliseconds() / 1000.0);
            Assert.Equal((double)moved["timestamp"], (double)moved["entry"]["occurred_at"]!);
        });
    }

    private static Dictionary<Tranche, decimal> Parts(decimal earnedUsd, IReadOnlyList<TranchePosition> tranches, TimeSpan elapsed) =>
        PremiumSharing.Share(earnedUsd, tranches, elapsed).Zip(tranches).ToDictionary(t => t.First.Tranche, t => t.First.CapitalUsd - t.Second.CapitalUsd);

    private static decimal YearlyUsd(TranchePosition tranche) => tranche.CapitalUsd * ApyCurve.TargetPercent(tranche.Tranche, tranche.Utilization);

    /// <summary>Capital that moves makes the premium before it booked.</summary>
    private static async Task BookAsync(UtilizationHost host)
    {
        foreach (var direction in new[] { "deploy", "return" })
        {
            Assert.Equal(
                HttpStatusCode.Created,
                (await UtilizationHost.PostAsync(host.Operator, "/api/v2/pool/deployments", new { direction, amount_usd = 1m })).Status);
        }
    }

    /// <summary>A trigger stands for the many policies that make the booking take longer.</summary>
    private static async Task SlowBookingAsync(UtilizationHost host) => await AskAsync<object>(
            host,
            """
            CREATE SEQUENCE bookings_begun;
            CREATE FUNCTION take_long() RETURNS trigger LANGUAGE plpgsql AS
                $$BEGIN PERFORM nextval('bookings_begun'), pg_sleep(1.5); RETURN NULL; END$$;
            CREATE TRIGGER takes_long BEFORE UPDATE ON policy FOR EACH STATEMENT EXECUTE FUNCTION take_long();
            """);

    private static Task<Answer> DepositAsync(UtilizationHost host) =>
        UtilizationHost.PostAsync(host.Operator, "/api/v2/vault/deposit", new { tranche_id = "SURE_SNR", amount_usd = 100m });

    private static Task<decimal> EarnedAsync(UtilizationHost host) => AskAsync<decimal>(host, "SELECT sum(earned_usd) FROM policy");

    private static Task<DateTime> BookedAtAsync(UtilizationHost host) => AskAsync<DateTime>(host, "SELECT premium_booked_at FROM pool");

    /// <summary>Who waits for the lock of the pool, and since when.</summary>
    private static async Task<IReadOnlyList<(int Process, DateTime Since)>> WaitingAsync(UtilizationHost host)
    {
        await using var command = host.Database.CreateCommand(
            """
            SELECT pid, query_start FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%FROM pool FOR UPDATE%' ORDER BY pid
            """);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var waiting = new List<(int Process, DateTime Since)>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            waiting.Add((reader.GetInt32(0), reader.GetDateTime(1)));
        }

        return waiting;
    }

    private static async Task<T?> AskAsync<T>(UtilizationHost host, string sql)
    {
        await using var command = host.Database.CreateCommand(sql);
        return (T?)await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
