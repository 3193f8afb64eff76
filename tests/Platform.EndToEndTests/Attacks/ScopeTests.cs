using System.Net;
using System.Text;
using Sure.EndToEndTests.Description;

namespace Sure.EndToEndTests.Attacks;

/// <summary>Every operation asks for its scope; which that is stands in the description, so that a new one is asked here by itself (API5).</summary>
public sealed class ScopeTests(RunningPlatform platform)
{
    private static readonly string[] All = ["read", "write", "ingest", "admin"];

    /// <summary>What may be asked by POST without a key: it changes nothing.</summary>
    private static readonly string[] PublicQuestions =
    [
        "POST /api/v2/quote/multi-dimensional", "POST /api/v2/quote/batch", "POST /api/v2/claims/backtest", "POST /api/v2/bridge-health/backtest",
    ];

    /// <summary>Where only operators have anything to do.</summary>
    private static readonly string[] Administration = ["/api/v2/admin/", "/api/v2/ledger/", "/api/v2/webhooks"];

    [Fact]
    public async Task Every_scope_but_the_one_that_is_needed_is_not_enough()
    {
        var api = await ApiDocument.ReadAsync(platform);
        var live = await LiveValues.CreateAsync(platform.Operator);
        var guarded = api.Operations.Where(o => !o.IsPublic).ToList();
        Assert.True(guarded.Count > 30, $"Only {guarded.Count} operations ask for a scope.");
        var faults = new List<string>();
        foreach (var scope in All)
        {
            using var others = await platform.ClientAsync("scope-tests", [.. All.Where(s => s != scope)]);
            using var tokenOfOthers = platform.ClientFor(platform.Issuer.Issue("scope-tests", string.Join(' ', All.Where(s => s != scope))));
            foreach (var operation in guarded.Where(o => o.Scopes.Contains(scope, StringComparer.Ordinal)))
            {
                await HoldAsync(others, operation, live, HttpStatusCode.Forbidden);
                await HoldAsync(tokenOfOthers, operation, live, HttpStatusCode.Forbidden);
            }
        }

        // Words that are no scopes of ours, alone and beside one.
        using var wrong = platform.ClientFor(platform.Issuer.Issue("scope-tests", "openid profile root Admin READ write,read admin\u00a0read *"));
        using var nobody = platform.ClientFor("sure_0123456789ab_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        foreach (var operation in guarded)
        {
            Assert.All(operation.Scopes, s => Assert.Contains(s, All));
            Assert.NotEmpty(operation.Scopes);
            await HoldAsync(wrong, operation, live, HttpStatusCode.Forbidden);
            await HoldAsync(nobody, operation, live, HttpStatusCode.Unauthorized);
            await HoldAsync(platform.Anonymous, operation, live, HttpStatusCode.Unauthorized);
        }

        Assert.True(faults.Count == 0, string.Join(Environment.NewLine, faults));

        async Task HoldAsync(HttpClient client, Operation operation, LiveValues values, HttpStatusCode expected)
        {
            using var request = new HttpRequestMessage(new HttpMethod(operation.Method), values.PathOf(operation));
            if (values.BodyOf(operation)?.ToJsonString() is { } body)
            {
                request.Content = new StringContent(body, Encoding.UTF8, "application/json");
            }

            using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
            if (answer.StatusCode != expected)
            {
                faults.Add($"{operation} with the scopes {(client == platform.Anonymous ? "of nobody" : "of another")} is answered {(int)answer.StatusCode}, not {(int)expected}.");
            }
        }
    }

    [Fact]
    public async Task Nothing_that_changes_anything_is_public_and_administration_is_for_operators()
    {
        var api = await ApiDocument.ReadAsync(platform);

        Assert.Equal(PublicQuestions.Order(StringComparer.Ordinal), api.Operations.Where(o => o.IsPublic && o.Method != "GET").Select(o => $"{o}").Order(StringComparer.Ordinal));
        Assert.All(
            api.Operations.Where(o => Administration.Any(a => o.Path.StartsWith(a, StringComparison.Ordinal))),
            o => Assert.True(o.Scopes.SequenceEqual(["admin"]), $"{o} asks for {string.Join(' ', o.Scopes)}."));
    }
}
