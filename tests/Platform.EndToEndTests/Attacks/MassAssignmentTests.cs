using System.Net;
using System.Text.Json.Nodes;
using Sure.EndToEndTests.Description;

namespace Sure.EndToEndTests.Attacks;

/// <summary>A body assigns what is described and nothing beside it (API3).</summary>
public sealed class MassAssignmentTests(RunningPlatform platform)
{
    /// <summary>Members of what is answered, of tables and of programs, each with a value that somebody would like it to have.</summary>
    private static readonly Dictionary<string, JsonNode> Wishes = new(StringComparer.Ordinal)
    {
        ["policy_id"] = "01890a5d-ac96-774b-bcce-b302099a8057",
        ["claim_id"] = "01890a5d-ac96-774b-bcce-b302099a8057",
        ["quote_id"] = "01890a5d-ac96-774b-bcce-b302099a8057",
        ["holder"] = "mallory",
        ["account"] = "mallory",
        ["subject"] = "root",
        ["premium"] = 0,
        ["status"] = "paid",
        ["payout_usd"] = 1_000_000,
        ["payout_fraction"] = 1,
        ["scopes"] = new JsonArray("admin"),
        ["limit_scale"] = 100_000,
        ["makers"] = new JsonArray(),
        ["made_by"] = "nobody",
        ["created_by"] = "nobody",
        ["created_at"] = 0,
        ["is_admin"] = true,
        ["isAdmin"] = true,
        ["role"] = "admin",
        ["secret"] = "known",
        ["version"] = 0,
        ["__proto__"] = new JsonObject { ["is_admin"] = true },
        ["$type"] = "System.Object, System.Private.CoreLib",
    };

    [Fact]
    public async Task What_is_not_described_is_refused_by_its_name_at_every_operation()
    {
        var api = await ApiDocument.ReadAsync(platform);
        var live = await LiveValues.CreateAsync(platform.Operator);
        var faults = new List<string>();
        var operations = api.Operations.Where(o => o.Body is not null).ToList();
        Assert.True(operations.Count > 15, $"Only {operations.Count} operations take a body.");
        foreach (var operation in operations)
        {
            var members = api.MembersOf(operation);
            Assert.NotEmpty(members);
            foreach (var (name, value) in Wishes.Where(w => !members.Contains(w.Key)))
            {
                var body = live.BodyOf(operation)!.AsObject();
                body.Add(name, value.DeepClone());
                await RefuseAsync(operation, body.ToJsonString(), name);
            }

            // Another spelling of a member is another member, and one given twice could be read as either.
            var first = live.BodyOf(operation)!.AsObject().First();
            var other = live.BodyOf(operation)!.AsObject();
            other.Add(first.Key.ToUpperInvariant(), first.Value?.DeepClone());
            await RefuseAsync(operation, other.ToJsonString(), first.Key.ToUpperInvariant());
            var text = live.BodyOf(operation)!.ToJsonString();
            await RefuseAsync(operation, $"{text[..^1]},\"{first.Key}\":{first.Value?.ToJsonString() ?? "null"}}}", first.Key);
        }

        Assert.True(faults.Count == 0, string.Join(Environment.NewLine, faults));

        async Task RefuseAsync(Operation operation, string body, string name)
        {
            var answer = await platform.Operator.PostTextAsync(live.PathOf(operation), body);
            if (answer.Status is not HttpStatusCode.BadRequest || answer.Body?["errors"]?[name] is null)
            {
                faults.Add($"{operation} with {name}: {answer}");
            }
        }
    }

    [Fact]
    public async Task A_policy_is_what_was_quoted_and_belongs_to_whoever_bought_it()
    {
        using var buyer = await platform.ClientAsync("mass-assignment-tests", "read", "write");
        var quote = await buyer.BindableQuoteAsync(Api.Quote("depeg", "Base", "DAI", 1_000m, 30));
        foreach (var wish in (string[])["\"premium\":0.01", "\"coverage_amount\":1000000", "\"holder\":\"development\"", "\"holder\":null,\"subject\":\"development\"", "\"starts_at\":0"])
        {
            var refused = await buyer.PostTextAsync("/api/v2/policies", $$"""{"quote_id":"{{quote["quote_id"]}}",{{wish}}}""");
            Assert.True(refused.Status is HttpStatusCode.BadRequest or HttpStatusCode.Forbidden, $"{wish}: {refused}");
        }

        var policy = await buyer.PostJsonAsync("/api/v2/policies", new { quote_id = (string)quote["quote_id"]! });

        Assert.Equal(HttpStatusCode.Created, policy.Status);
        Assert.Equal(
            ((decimal)quote["premium"], 1_000m, "mass-assignment-tests", "active"),
            ((decimal)policy["premium"], (decimal)policy["coverage_amount"], (string?)policy["holder"], (string?)policy["status"]));
    }
}
