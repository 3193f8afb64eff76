using System.Net;

namespace Sure.EndToEndTests.Attacks;

/// <summary>What belongs to others can neither be seen nor moved, and not even be told from what does not exist (API1).</summary>
public sealed class OwnershipTests(RunningPlatform platform) : IAsyncLifetime
{
    private const string Absent = "01890a5d-ac96-774b-bcce-b302099a8057";

    /// <summary>Of this run alone, so that nothing is theirs from before.</summary>
    private readonly string _run = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString("N");

    private HttpClient _alice = null!;
    private HttpClient _mallory = null!;

    private string Alice => $"alice-{_run}";

    private string Mallory => $"mallory-{_run}";

    public async ValueTask InitializeAsync()
    {
        _alice = await platform.ClientAsync(Alice, "read", "write");
        _mallory = await platform.ClientAsync(Mallory, "read", "write", "ingest");
    }

    public ValueTask DisposeAsync()
    {
        _alice.Dispose();
        _mallory.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Policies_and_claims_of_others_do_not_exist()
    {
        var policy = (string)(await BuyAsync(_alice))["policy_id"]!;

        // Before there is one of hers, so that a claim that was let through would be seen.
        var filed = await _mallory.PostJsonAsync("/api/v2/claims", new { policy_id = policy });
        var filedForNone = await _mallory.PostJsonAsync("/api/v2/claims", new { policy_id = Absent });
        AssertSameRefusal(filed, filedForNone);
        Assert.Empty((await _alice.GetJsonAsync($"/api/v2/claims?policy_id={policy}"))["items"].AsArray());

        var claim = (string)(await _alice.PostJsonAsync("/api/v2/claims", new { policy_id = policy }))["claim_id"]!;
        foreach (var (list, id, part) in new[] { ("policies", policy, ""), ("claims", claim, ""), ("claims", claim, "/evidence") })
        {
            AssertSameRefusal(await _mallory.GetJsonAsync($"/api/v2/{list}/{id}{part}"), await _mallory.GetJsonAsync($"/api/v2/{list}/{Absent}{part}"));
        }

        foreach (var own in (string[])[$"/api/v2/policies/{policy}", $"/api/v2/claims/{claim}"])
        {
            Assert.Equal(HttpStatusCode.OK, (await _alice.GetJsonAsync(own)).Status);
        }

        foreach (var list in (string[])["/api/v2/policies?limit=200", $"/api/v2/policies?holder={Alice}", "/api/v2/policies?holder=development", "/api/v2/claims?limit=200", $"/api/v2/claims?policy_id={policy}"])
        {
            var page = await _mallory.GetJsonAsync(list);
            Assert.Equal(HttpStatusCode.OK, page.Status);
            Assert.Empty(page["items"].AsArray());
        }

        Assert.Equal(policy, (string?)Assert.Single((await _alice.GetJsonAsync("/api/v2/policies"))["items"].AsArray())!["policy_id"]);
    }

    [Fact]
    public async Task Nobody_becomes_a_holder_by_the_hand_of_another()
    {
        var quote = (string)(await QuoteAsync())["quote_id"]!;

        var refused = await _mallory.PostJsonAsync("/api/v2/policies", new { quote_id = quote, holder = Alice });
        var own = await _mallory.PostJsonAsync("/api/v2/policies", new { quote_id = quote, holder = Mallory });

        Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
        Assert.Equal((HttpStatusCode.Created, Mallory), (own.Status, (string?)own["holder"]));
        Assert.Empty((await _alice.GetJsonAsync("/api/v2/policies"))["items"].AsArray());
    }

    [Fact]
    public async Task Accounts_of_others_can_be_neither_read_nor_filled_nor_emptied()
    {
        var deposit = await _alice.PostJsonAsync("/api/v2/vault/deposit", new { tranche_id = "SURE_SNR", amount_usd = 5_000m });
        Assert.Equal(HttpStatusCode.Created, deposit.Status);
        var before = await HoldingsAsync();

        foreach (var account in (string[])[Alice, "development", Alice.ToUpperInvariant(), $"{Alice} ", $" {Alice}", $"{Alice}\u200b", $"{Mallory}\n{Alice}", ""])
        {
            var expected = account.Any(char.IsControl) ? HttpStatusCode.BadRequest
                : account.Length > 0 ? HttpStatusCode.Forbidden
                : HttpStatusCode.UnprocessableEntity;
            foreach (var (path, body) in new (string, object)[]
                {
                    ("/api/v2/vault/deposit", new { tranche_id = "SURE_SNR", amount_usd = 100m, account }),
                    ("/api/v2/vault/withdraw", new { tranche_id = "SURE_SNR", amount_usd = 100m, account }),
                    ("/api/v2/vault/withdraw", new { tranche_id = "SURE_SNR", shares = "1", account }),
                    ("/api/v2/vault/preview", new { direction = "withdraw", tranche_id = "SURE_SNR", amount_usd = 100m, account }),
                })
            {
                var answer = await _mallory.PostJsonAsync(path, body);
                Assert.True(answer.Status == expected, $"{path} for '{account}': {answer}");
            }

            if (account.Length > 0)
            {
                var read = await _mallory.GetJsonAsync($"/api/v2/vault/accounts/{Uri.EscapeDataString(account)}");
                Assert.True(read.Status is HttpStatusCode.NotFound, $"'{account}': {read}");
                var named = await _mallory.GetJsonAsync($"/api/v2/vault/accounts?account={Uri.EscapeDataString(account)}");
                Assert.True(named.Status == (expected is HttpStatusCode.Forbidden ? HttpStatusCode.NotFound : expected), $"'{account}': {named}");
            }
        }

        // Of his own there is nothing, whatever he says.
        var nothing = await _mallory.PostJsonAsync("/api/v2/vault/withdraw", new { tranche_id = "SURE_SNR", amount_usd = 100m });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, nothing.Status);
        Assert.Equal(before, await HoldingsAsync());
    }

    [Fact]
    public async Task Nobody_speaks_for_a_source_of_others()
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var answer = await _mallory.PostJsonAsync("/api/v2/observations", new
        {
            observations = new[] { "keeper", "sim-a", $"{Mallory.ToUpperInvariant()}", "*", Mallory }
                .Select(source => new { source, kind = "price", stablecoin = "USDC", value = 1m, observed_at = now }),
        });

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(["refused", "refused", "refused", "refused", "accepted"], answer["results"].AsArray().Select(r => (string?)r!["status"]));
    }

    [Fact]
    public async Task What_is_for_operators_is_for_nobody_else()
    {
        var made = await platform.Operator.PostJsonAsync("/api/v2/webhooks", new { url = "https://hooks.example.invalid/a", events = new[] { "claims" } });
        var (webhook, key) = ((string)made["webhook_id"]!, (string)(await platform.Operator.GetJsonAsync("/api/v2/admin/api-keys?limit=1"))["items"][0]!["key_id"]!);
        foreach (var path in (string[])[
            "/api/v2/webhooks", $"/api/v2/webhooks/{webhook}", $"/api/v2/webhooks/{webhook}/deliveries", "/api/v2/admin/api-keys", $"/api/v2/admin/api-keys/{key}", "/api/v2/admin/audit", "/api/v2/ledger/entries", $"/api/v2/ledger/entries?account={Mallory}"])
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await _mallory.GetJsonAsync(path)).Status);
        }

        foreach (var path in (string[])[$"/api/v2/webhooks/{webhook}", $"/api/v2/admin/api-keys/{key}"])
        {
            using var deleted = await _mallory.DeleteAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Forbidden, deleted.StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await platform.Operator.GetJsonAsync(path)).Status);
        }

        using var forgotten = await platform.Operator.DeleteAsync(new Uri($"/api/v2/webhooks/{webhook}", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NoContent, forgotten.StatusCode);
    }

    /// <summary>Both are 404 in the same words: no answer tells what exists.</summary>
    private static void AssertSameRefusal(Answer ofOthers, Answer ofNone)
    {
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (ofOthers.Status, ofNone.Status));
        foreach (var answer in (Answer[])[ofOthers, ofNone])
        {
            answer.Body!.AsObject().Remove("trace_id");
            answer.Body.AsObject().Remove("instance");
        }

        Assert.Equal(ofNone.Body!.ToJsonString(), ofOthers.Body!.ToJsonString());
    }

    private Task<Answer> QuoteAsync() => platform.Anonymous.BindableQuoteAsync(Api.Quote("depeg", "Optimism", "FRAX", 200m, 30));

    private async Task<Answer> BuyAsync(HttpClient client)
    {
        var policy = await client.PostJsonAsync("/api/v2/policies", new { quote_id = (string)(await QuoteAsync())["quote_id"]! });
        Assert.True(policy.Status is HttpStatusCode.Created, policy.ToString());
        return policy;
    }

    /// <summary>What of each tranche hers and the operator's accounts hold.</summary>
    private async Task<string> HoldingsAsync()
    {
        var held = new List<string>();
        foreach (var account in (string[])[Alice, "development", Mallory])
        {
            var answer = await platform.Operator.GetJsonAsync($"/api/v2/vault/accounts/{account}");
            held.AddRange(answer["tranches"].AsArray().Select(t => $"{account} {t!["tranche_id"]} {t["shares"]}"));
        }

        return string.Join('\n', held);
    }
}
