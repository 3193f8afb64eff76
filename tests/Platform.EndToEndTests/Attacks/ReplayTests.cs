using System.Net;

namespace Sure.EndToEndTests.Attacks;

/// <summary>An idempotency key moves money once, for the one whose it is, and for what it was first used (API6).</summary>
public sealed class ReplayTests(RunningPlatform platform) : IAsyncLifetime
{
    private const string Deposit = "/api/v2/vault/deposit";
    private const string Withdraw = "/api/v2/vault/withdraw";

    private readonly string _run = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString("N");

    private HttpClient _alice = null!;
    private HttpClient _mallory = null!;

    public async ValueTask InitializeAsync()
    {
        _alice = await platform.ClientAsync($"alice-{_run}", "read", "write");
        _mallory = await platform.ClientAsync($"mallory-{_run}", "read", "write");
    }

    public ValueTask DisposeAsync()
    {
        _alice.Dispose();
        _mallory.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Many_at_once_are_one()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => _alice.PostJsonAsync(Deposit, Amount(700m), $"many-{_run}")));

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Created, a.Status));
        Assert.Single(answers.Select(a => a.Body!.ToJsonString()).Distinct(StringComparer.Ordinal));
        Assert.Equal(answers[0].Body!.ToJsonString(), (await _alice.PostJsonAsync(Deposit, Amount(700m), $"many-{_run}")).Body!.ToJsonString());
        Assert.Equal(Shares(answers[0]), await HeldAsync(_alice, "alice"));
    }

    [Fact]
    public async Task Many_sales_of_one_quote_at_once_are_one_policy()
    {
        var quote = await _alice.BindableQuoteAsync(Api.Quote("depeg", "Base", "PYUSD", 300m, 30));
        var body = new { quote_id = (string)quote["quote_id"]! };

        var same = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => _alice.PostJsonAsync("/api/v2/policies", body, $"sale-{_run}")));
        var others = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => _alice.PostJsonAsync("/api/v2/policies", body, $"sale-{_run}-{i}")));
        var stolen = await _mallory.PostJsonAsync("/api/v2/policies", body, $"sale-{_run}");

        Assert.All(same, a => Assert.Equal(HttpStatusCode.Created, a.Status));
        Assert.Single(same.Select(a => (string?)a["policy_id"]).Distinct());
        Assert.All([.. others, stolen], a => Assert.Equal(HttpStatusCode.Conflict, a.Status));
        Assert.Single((await _alice.GetJsonAsync("/api/v2/policies"))["items"].AsArray());
    }

    [Fact]
    public async Task Another_body_or_path_under_the_same_key_moves_nothing()
    {
        var first = await _alice.PostJsonAsync(Deposit, Amount(500m), $"other-{_run}");
        Assert.Equal(HttpStatusCode.Created, first.Status);

        foreach (var (path, body) in new (string, object)[]
            {
                (Deposit, Amount(501m)),
                (Deposit, new { tranche_id = "SURE_MEZZ", amount_usd = 500m }),
                (Withdraw, Amount(500m)),
            })
        {
            var answer = await _alice.PostJsonAsync(path, body, $"other-{_run}");
            Assert.True(answer.Status is HttpStatusCode.UnprocessableEntity, answer.ToString());
            Assert.Equal("urn:sure:problem:idempotency-key-reused", (string?)answer["type"]);
        }

        Assert.Equal(Shares(first), await HeldAsync(_alice, "alice"));
    }

    [Fact]
    public async Task The_key_of_another_client_is_another_key()
    {
        var hers = await _alice.PostJsonAsync(Deposit, Amount(400m), $"stolen-{_run}");
        var his = await _mallory.PostJsonAsync(Deposit, Amount(100m), $"stolen-{_run}");
        using var token = platform.ClientFor(platform.Issuer.Issue($"alice-{_run}", "read write"));
        var byToken = await token.PostJsonAsync(Deposit, Amount(100m), $"stolen-{_run}");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created, HttpStatusCode.Created), (hers.Status, his.Status, byToken.Status));
        Assert.Equal($"mallory-{_run}", (string?)his["account"]);
        Assert.Equal(3, new[] { hers, his, byToken }.Select(a => (string?)a["entry"]["entry_id"]).Distinct().Count());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(129)]
    public async Task A_key_that_is_none_is_refused(int length)
    {
        var answer = await _alice.PostJsonAsync(Deposit, Amount(100m), new string('k', length));

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("0.000000000000000000", await HeldAsync(_alice, "alice"));
    }

    private static object Amount(decimal amount) => new { tranche_id = "SURE_SNR", amount_usd = amount };

    private static string Shares(Answer answer) => (string)answer["shares"]!;

    private async Task<string> HeldAsync(HttpClient client, string name) =>
        (string)(await client.GetJsonAsync($"/api/v2/vault/accounts/{name}-{_run}"))["tranches"].AsArray().Single(t => (string?)t!["tranche_id"] == "SURE_SNR")!["shares"]!;
}
