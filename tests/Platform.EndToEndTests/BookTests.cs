using System.Net;
using System.Text.Json.Nodes;

namespace Sure.EndToEndTests;

/// <summary>The book, as quotes, policies, pool, tranches and exposure show it.</summary>
public sealed class BookTests(RunningPlatform platform)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task The_demonstration_book_is_bound_to_an_ltv_near_55_percent()
    {
        Assert.Equal("demonstration", (string?)(await platform.HealthAsync())["data"]);

        var pool = await platform.Anonymous.GetJsonAsync("/api/v2/pool");
        Assert.True((decimal)pool["total_capital_usd"] >= 10_000_000m, pool.ToString());
        Assert.InRange((decimal)pool["ltv"], 0.50m, 0.60m);
        Assert.InRange((int)pool["active_policies"], 250, 400);
        Assert.Equal(6_000_000m, (decimal)pool["deployed_usd"]);
    }

    [Fact]
    public async Task Exposure_adds_up_to_the_same_sum_in_every_dimension_and_to_the_coverage_sold()
    {
        var sold = (decimal)(await platform.Anonymous.GetJsonAsync("/api/v2/pool"))["coverage_sold_usd"];
        var exposure = await Eventually.HoldsAsync(
            () => platform.Anonymous.GetJsonAsync("/api/v2/risk/exposure"),
            e => e.Status == HttpStatusCode.OK && Sum(e["by_chain"]) == sold,
            Soon,
            $"exposure is the {sold} sold");

        Assert.Equal(sold, Sum(exposure["by_coverage_type"]));
        Assert.Equal(sold, Sum(exposure["by_stablecoin"]));
        var top = exposure["top_10_products"].AsArray().Select(p => (decimal)p!["exposure_usd"]!).ToList();
        Assert.Equal(10, top.Count);
        Assert.Equal(top.OrderDescending(), top);
        Assert.True((int)exposure["total_policies"] >= 250);
    }

    [Fact]
    public async Task A_quote_is_bound_once_and_its_cover_appears_in_exposure_and_pool()
    {
        var before = await platform.Anonymous.GetJsonAsync("/api/v2/pool");
        var quote = await platform.Anonymous.BindableQuoteAsync(Api.Quote("smart_contract", "Base", "GHO", 12_345.67m, 30));

        var anonymous = await platform.Anonymous.PostJsonAsync("/api/v2/policies", new { quote_id = (string)quote["quote_id"]! });
        Assert.Equal(HttpStatusCode.Unauthorized, anonymous.Status);

        var policy = await platform.Operator.PostJsonAsync("/api/v2/policies", new { quote_id = (string)quote["quote_id"]! });
        Assert.True(policy.Status == HttpStatusCode.Created, policy.ToString());
        Assert.Equal((decimal)quote["premium"], (decimal)policy["premium"]);
        Assert.Equal("active", (string?)policy["status"]);
        Assert.Equal(30 * 86_400m, (decimal)policy["ends_at"] - (decimal)policy["starts_at"]);
        Assert.Equal(12_345.67m, policy["attribution"].AsObject().Sum(a => (decimal)a.Value!));
        Assert.Equal($"/api/v2/policies/{policy["policy_id"]}", policy.Response.Headers.Location?.OriginalString);

        var again = await platform.Operator.PostJsonAsync("/api/v2/policies", new { quote_id = (string)quote["quote_id"]! });
        Assert.Equal(HttpStatusCode.Conflict, again.Status);

        var read = await platform.Operator.GetJsonAsync(policy.Response.Headers.Location!.OriginalString);
        Assert.Equal((string?)policy["policy_id"], (string?)read["policy_id"]);

        var after = await platform.Anonymous.GetJsonAsync("/api/v2/pool");
        Assert.Equal((decimal)before["coverage_sold_usd"] + 12_345.67m, (decimal)after["coverage_sold_usd"]);
        await Eventually.HoldsAsync(
            () => platform.Anonymous.GetJsonAsync("/api/v2/risk/exposure"),
            e => Sum(e["by_chain"]) == (decimal)after["coverage_sold_usd"],
            Soon,
            "the cover appears in exposure");
    }

    [Fact]
    public async Task A_sale_beyond_the_limits_is_refused_with_the_checks_it_failed_and_changes_nothing()
    {
        var before = await platform.Anonymous.GetJsonAsync("/api/v2/pool");
        var quote = await platform.Anonymous.BindableQuoteAsync(Api.Quote("depeg", "Ethereum", "USDC", 10_000_000m, 30));
        var refused = await platform.Operator.PostJsonAsync("/api/v2/policies", new { quote_id = (string)quote["quote_id"]! });

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Contains(refused["checks"].AsArray(), c => (string?)c!["check"] == "ltv" && (decimal)c["limit"]! == 0.85m);
        Assert.Equal((decimal)before["coverage_sold_usd"], (decimal)(await platform.Anonymous.GetJsonAsync("/api/v2/pool"))["coverage_sold_usd"]);
    }

    [Fact]
    public async Task An_unknown_quote_binds_nothing()
    {
        var never = await platform.Operator.PostJsonAsync("/api/v2/policies", new { quote_id = "01890a5d-ac96-774b-bcce-b302099a8057" });
        var malformed = await platform.Operator.PostJsonAsync("/api/v2/policies", new { quote_id = "x" });

        // A version 7 UUID of 2023: such a quote has expired.
        Assert.Equal(HttpStatusCode.Gone, never.Status);
        Assert.Equal(HttpStatusCode.BadRequest, malformed.Status);
    }

    [Fact]
    public async Task Tranches_show_the_yield_of_their_curve_at_their_utilization()
    {
        var tranches = (await platform.Anonymous.GetJsonAsync("/api/v2/tranches/apy"))["tranches"].AsArray();

        Assert.Equal(
            ["SURE_BTC", "SURE_SNR", "SURE_MEZZ", "SURE_JNR", "SURE_JNR_PLUS", "SURE_EQT"],
            tranches.Select(t => (string)t!["tranche_id"]!));
        foreach (var tranche in tranches)
        {
            var u = (double)tranche!["utilization"]!;
            Assert.InRange(u, 0.1, 0.95);
            Assert.Equal(TargetApy((string)tranche["tranche_id"]!, u), (double)tranche["apy"]!, tolerance: 0.01);
        }
    }

    [Fact]
    public async Task The_journal_agrees_with_the_balances()
    {
        var check = await platform.Operator.GetJsonAsync("/api/v2/ledger/check");

        Assert.Equal(HttpStatusCode.OK, check.Status);
        Assert.True((bool)check["agrees"], check.ToString());
        Assert.Equal(HttpStatusCode.Unauthorized, (await platform.Anonymous.GetJsonAsync("/api/v2/ledger/check")).Status);
    }

    /// <summary>The curves of the domain's tranche table, written out once more.</summary>
    private static double TargetApy(string tranche, double u)
    {
        static double Sigmoid(double x) => 1 / (1 + Math.Exp(-10 * (x - 0.5)));
        return tranche switch
        {
            "SURE_BTC" => 4,
            "SURE_SNR" => 6.5 + (3.5 * Math.Log(1 + u) / Math.Log(2)),
            "SURE_MEZZ" => 9 + (6 * u),
            "SURE_JNR" => 12.5 + (3.5 * (Sigmoid(u) - Sigmoid(0)) / (Sigmoid(1) - Sigmoid(0))),
            "SURE_JNR_PLUS" => 16 + (6 * u * u),
            _ => 17 + (8 * (Math.Exp(2 * u) - 1) / (Math.Exp(2) - 1)),
        };
    }

    private static decimal Sum(JsonNode list) => list.AsArray().Sum(e => (decimal)e!["exposure_usd"]!);
}
