using System.Globalization;
using System.Net;
using Sure.Contracts.Vocabulary;
using Sure.TestServers;
using Sure.UtilizationService.Tests.Hosts;

namespace Sure.UtilizationService.Tests.Vault;

/// <summary>Whatever happens to a pool in whatever order, its books stay right. Reproduce a failure with the seed it names.</summary>
public sealed class PoolPropertyTests(PostgresServer postgres)
{
    private const int Steps = 50;
    private static readonly string[] Tranches = [.. Words<Tranche>.All];

    private readonly MovableClock _clock = new();
    private readonly List<string> _done = [];
    private readonly List<Guid> _policies = [];
    private decimal _put;
    private decimal _taken;
    private decimal _gained;
    private decimal _premiums;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task No_sequence_of_movements_breaks_the_books(int seed)
    {
        var random = new Random(seed);
        await using var host = await UtilizationHost.StartAsync(postgres, _clock);
        await host.FillAsync(_put = 500_000m);
        for (var step = 0; step < Steps; step++)
        {
            var done = random.Next(15) switch
            {
                < 3 => await DepositAsync(host, random),
                < 6 => await WithdrawAsync(host, random),
                < 8 => await BindAsync(host, random),
                < 10 => Pass(random),
                < 12 => await PayAsync(host, random),
                12 => await ResetAsync(host),
                _ => await DeployAsync(host, random),
            };
            _done.Add(done);
            if (step % 6 == 5)
            {
                await CheckAsync(host, seed);
            }
        }

        Assert.Contains(_done, d => d.StartsWith("withdraw", StringComparison.Ordinal) && d.EndsWith("Created", StringComparison.Ordinal));
        Assert.Contains(_done, d => d.StartsWith("bind", StringComparison.Ordinal) && d.EndsWith("Created", StringComparison.Ordinal));
        Assert.Contains(_done, d => d.StartsWith("pay", StringComparison.Ordinal));
        // All cover ends, incidents of it can be reported no more, all premium is earned, and everything may leave.
        await ResetAsync(host);
        await ReturnAllAsync(host);
        _clock.Advance(TimeSpan.FromDays(33));
        await host.CalmAsync();
        await UtilizationHost.EventuallyAsync(
            async () => (int)(await UtilizationHost.GetAsync(host.Anonymous, "/api/v2/pool"))["active_policies"] == 0, "every policy to expire");
        await LeaveAsync(host);
        await CheckAsync(host, seed);
    }

    private static HttpClient Who(UtilizationHost host, Random random) => random.Next(3) switch
    {
        0 => host.Alice,
        1 => host.Bob,
        _ => host.Operator,
    };

    private static decimal Usd(Random random, int most) => random.Next(1, most * 100) / 100m;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private async Task<string> DepositAsync(UtilizationHost host, Random random)
    {
        var (tranche, amount) = (Tranches[random.Next(Tranches.Length)], Usd(random, 200_000));
        var answer = await UtilizationHost.PostAsync(Who(host, random), "/api/v2/vault/deposit", new { tranche_id = tranche, amount_usd = amount });
        if (answer.Status == HttpStatusCode.Created)
        {
            _put += amount;
        }

        return Text($"deposit {amount} {tranche}: {answer.Status}");
    }

    private async Task<string> WithdrawAsync(UtilizationHost host, Random random)
    {
        await host.CalmAsync();
        var tranche = Tranches[random.Next(Tranches.Length)];
        object body = random.Next(2) == 0
            ? new { tranche_id = tranche, amount_usd = Usd(random, 50_000) }
            : new { tranche_id = tranche, shares = Text($"{random.Next(50_000)}.{random.NextInt64(1_000_000_000_000_000_000):D18}") };
        var answer = await UtilizationHost.PostAsync(Who(host, random), "/api/v2/vault/withdraw", body);
        if (answer.Status == HttpStatusCode.Created)
        {
            _taken += (decimal)answer["amount_usd"];
        }

        return Text($"withdraw {body}: {answer.Status}");
    }

    private async Task<string> BindAsync(UtilizationHost host, Random random)
    {
        await host.CalmAsync();
        var product = random.Next(2) == 0
            ? new Product(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC)
            : new Product(CoverageType.SmartContract, Chain.Arbitrum, Stablecoin.DAI);
        var (coverage, premium) = (100m + Usd(random, 20_000), Usd(random, 500));
        var answer = await UtilizationHost.BindAsync(Who(host, random), host.Quote(coverage, product, premium, days: random.Next(1, 30)));
        if (answer.Status == HttpStatusCode.Created)
        {
            _premiums += premium;
            _policies.Add((Guid)answer["policy_id"]);
        }

        return Text($"bind {coverage} for {premium}: {answer.Status}");
    }

    private async Task<string> PayAsync(UtilizationHost host, Random random)
    {
        if (_policies.Count == 0)
        {
            return "nothing to pay";
        }

        var (policy, fraction) = (_policies[random.Next(_policies.Count)], random.Next(1001) / 1000m);
        await host.SettleAsync(policy, fraction);
        return Text($"pay {fraction} of {policy}");
    }

    private static async Task<string> ResetAsync(UtilizationHost host) =>
        $"reset: {(await UtilizationHost.PostAsync(host.Operator, "/api/v2/admin/breaker/reset", new { })).Status}";

    private string Pass(Random random)
    {
        var span = TimeSpan.FromSeconds(random.Next(1, 5 * 24 * 3600));
        _clock.Advance(span);
        return Text($"{span} pass");
    }

    private async Task<string> DeployAsync(UtilizationHost host, Random random)
    {
        var deployed = (decimal)(await UtilizationHost.GetAsync(host.Anonymous, "/api/v2/pool"))["deployed_usd"];
        if (deployed == 0 || random.Next(2) == 0)
        {
            var amount = Usd(random, 50_000);
            return Text($"deploy {amount}: {(await MoveAsync(host, new { direction = "deploy", amount_usd = amount })).Status}");
        }

        var back = Math.Max(0.01m, Math.Round(deployed * random.Next(1, 101) / 100, 2, MidpointRounding.ToZero));
        var gain = Math.Round(back * random.Next(-20, 21) / 1000, 2, MidpointRounding.ToZero);
        var answer = await MoveAsync(host, new { direction = "return", amount_usd = back, gain_usd = gain });
        if (answer.Status == HttpStatusCode.Created)
        {
            _gained += gain;
        }

        return Text($"return {back} with {gain}: {answer.Status}");
    }

    private static async Task ReturnAllAsync(UtilizationHost host)
    {
        var deployed = (decimal)(await UtilizationHost.GetAsync(host.Anonymous, "/api/v2/pool"))["deployed_usd"];
        if (deployed > 0)
        {
            Assert.Equal(HttpStatusCode.Created, (await MoveAsync(host, new { direction = "return", amount_usd = deployed })).Status);
        }
    }

    /// <summary>With no cover left everybody gets what the account says it is worth.</summary>
    private async Task LeaveAsync(UtilizationHost host)
    {
        foreach (var (client, name) in new[] { (host.Alice, "alice"), (host.Bob, "bob"), (host.Operator, "operator") })
        {
            foreach (var held in (await UtilizationHost.GetAsync(client, $"/api/v2/vault/accounts/{name}"))["tranches"].AsArray().Where(t => (decimal)t!["value_usd"]! > 0))
            {
                var answer = await UtilizationHost.PostAsync(
                    client, "/api/v2/vault/withdraw", new { tranche_id = (string)held!["tranche_id"]!, shares = (string)held["shares"]! });
                Assert.Equal(HttpStatusCode.Created, answer.Status);
                // Cents that others left by rounding may have come to it since the account was read.
                Assert.True((decimal)answer["amount_usd"] >= (decimal)held["value_usd"]!);
                _taken += (decimal)answer["amount_usd"];
            }
        }
    }

    private async Task CheckAsync(UtilizationHost host, int seed)
    {
        var what = $"seed {seed} after {string.Join("; ", _done)}";
        var check = await UtilizationHost.GetAsync(host.Operator, "/api/v2/ledger/check");
        var (lost, paid) = await ClaimsAsync(host);
        for (var again = await UtilizationHost.GetAsync(host.Operator, "/api/v2/ledger/check"); again.Body!["accounts"]!.ToJsonString() != check.Body!["accounts"]!.ToJsonString();)
        {
            // A claim was paid between the two looks.
            check = again;
            (lost, paid) = await ClaimsAsync(host);
            again = await UtilizationHost.GetAsync(host.Operator, "/api/v2/ledger/check");
        }

        Assert.True((bool)check["agrees"], $"{what}: {check.Body}");
        var balances = check["accounts"].AsArray().ToDictionary(a => (string)a!["account"]!, a => (decimal)a!["balance_usd"]!, StringComparer.Ordinal);
        Assert.True(balances["cash"] >= 0 && balances["deployed"] >= 0, $"{what}: cash or deployed capital is below zero.");
        // Credits: capital, what is unearned, what is surplus.
        Assert.True(balances.Where(b => b.Key is not ("cash" or "deployed" or "shortfall")).All(b => b.Value <= 0), $"{what}: an account of what is owed has turned.");
        Assert.True(balances["cash"] + balances["deployed"] == _put - _taken + _premiums + _gained - paid, $"{what}: money came from nowhere or went there.");

        var figures = check["figures"].AsArray().ToLookup(f => (string)f!["figure"]!, f => ((string?)f!["subject"], decimal.Parse((string)f["kept"]!, CultureInfo.InvariantCulture)), StringComparer.Ordinal);
        Assert.True(
            figures["tranche_coverage"].Sum(f => f.Item2) == figures["coverage"].Where(f => Words<Stablecoin>.TryParse(f.Item1, out _)).Sum(f => f.Item2),
            $"{what}: attributed coverage does not add up.");

        // Nobody together can take out more than is theirs: accounts are worth at most the capital.
        var owned = 0m;
        foreach (var name in new[] { "alice", "bob", "operator" })
        {
            owned += (decimal)(await UtilizationHost.GetAsync(host.Operator, $"/api/v2/vault/accounts/{name}"))["value_usd"];
        }

        Assert.True(owned + _taken <= _put + _premiums + _gained - lost, $"{what}: {owned} is owned and {_taken} taken of {_put} put, {_premiums} premiums, {_gained} gains and {lost} lost.");
    }

    /// <summary>What the tranches bore, and what of it was paid.</summary>
    private static async Task<(decimal Lost, decimal Paid)> ClaimsAsync(UtilizationHost host)
    {
        await using var command = host.Database.CreateCommand(
            """
            SELECT coalesce(sum(payout_usd - shortfall_usd), 0), coalesce(sum(payout_usd - shortfall_usd) FILTER (WHERE paid_at IS NOT NULL), 0)
            FROM claim
            """);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        Assert.True(await reader.ReadAsync(TestContext.Current.CancellationToken));
        return (reader.GetDecimal(0), reader.GetDecimal(1));
    }

    private static Task<Answer> MoveAsync(UtilizationHost host, object body) => UtilizationHost.PostAsync(host.Operator, "/api/v2/pool/deployments", body);
}
