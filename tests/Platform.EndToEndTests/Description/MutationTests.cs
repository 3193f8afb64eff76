using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Sure.EndToEndTests.Description;

/// <summary>Ten thousand bodies that people would not send.</summary>
public sealed class MutationTests(RunningPlatform platform)
{
    private const int Seed = 20_261_125;
    private const int Bodies = 10_000;
    private const int AtOnce = 8;

    /// <summary>Operations that move money, and the kind of the entry that each writes.</summary>
    private static readonly Dictionary<string, string[]> Movements = new(StringComparer.Ordinal)
    {
        ["deposit"] = ["deposit"],
        ["withdraw"] = ["withdrawal"],
        ["moveDeployedCapital"] = ["deploy", "return"],
    };

    [Fact]
    public async Task No_body_makes_a_service_fail_and_what_is_refused_moves_no_money()
    {
        var api = await ApiDocument.ReadAsync(platform);
        var live = await LiveValues.CreateAsync(platform.Operator);
        var operations = api.Operations.Where(o => o.Body is not null).ToList();
        var before = await EntriesAsync();
        var faults = new ConcurrentBag<string>();
        var accepted = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        var refused = 0;

        await Parallel.ForEachAsync(
            Enumerable.Range(0, Bodies),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken },
            async (i, cancellationToken) =>
            {
                var operation = operations[i % operations.Count];
                var body = new Mutations(Seed + i).Of(live.BodyOf(operation)!);
                using var request = new HttpRequestMessage(new HttpMethod(operation.Method), live.PathOf(operation)) { Content = new ByteArrayContent(body) };
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                using var response = await platform.Operator.SendAsync(request, cancellationToken);
                var text = await response.Content.ReadAsStringAsync(cancellationToken);
                var status = (int)response.StatusCode;
                if (status is >= 200 and < 300)
                {
                    accepted.AddOrUpdate(operation.Id, 1, (_, n) => n + 1);
                }
                else
                {
                    Interlocked.Increment(ref refused);
                }

                if (status >= 500 || api.Fault(operation, status, response.Content.Headers.ContentType?.MediaType, text) is not null)
                {
                    faults.Add($"{i}: {operation}: {Encoding.UTF8.GetString(body)[..Math.Min(body.Length, 300)]} → {status} {text[..Math.Min(text.Length, 500)]}");
                }
            });

        Assert.True(faults.IsEmpty, $"{faults.Count} answers are wrong, for example:{Environment.NewLine}{string.Join(Environment.NewLine, faults.Take(20))}");
        Assert.True(refused > Bodies / 2, $"Only {refused} were refused.");
        var after = await EntriesAsync();
        foreach (var (operation, kinds) in Movements)
        {
            Assert.Equal(accepted.GetValueOrDefault(operation), kinds.Sum(k => after.GetValueOrDefault(k) - before.GetValueOrDefault(k)));
        }

        var check = await platform.Operator.GetJsonAsync("/api/v2/ledger/check");
        Assert.True((bool)check["agrees"], check.ToString());
        await ReturnCapitalAsync();
    }

    /// <summary>What was deployed of nearly everything would stop sales, which other tests need.</summary>
    private async Task ReturnCapitalAsync()
    {
        var pool = await platform.Operator.GetJsonAsync("/api/v2/pool");
        var returned = await platform.Operator.PostJsonAsync("/api/v2/pool/deployments", new { direction = "return", amount_usd = (decimal)pool["deployed_usd"] });
        Assert.True(returned.Status == HttpStatusCode.Created, returned.ToString());
    }

    /// <summary>How many entries of each kind the journal has.</summary>
    private async Task<IReadOnlyDictionary<string, int>> EntriesAsync()
    {
        var kinds = new List<string>();
        for (string? cursor = null; ;)
        {
            var page = await platform.Operator.GetJsonAsync($"/api/v2/ledger/entries?limit=200{(cursor is null ? "" : $"&cursor={cursor}")}");
            kinds.AddRange(page["items"].AsArray().Select(e => (string)e!["kind"]!));
            cursor = (string?)page.Body!["next_cursor"];
            if (cursor is null)
            {
                return kinds.CountBy(k => k, StringComparer.Ordinal).ToDictionary(k => k.Key, k => k.Value, StringComparer.Ordinal);
            }
        }
    }
}
