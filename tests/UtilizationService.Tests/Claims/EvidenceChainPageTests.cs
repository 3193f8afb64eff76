using System.Net;
using Sure.TestServers;
using Sure.UtilizationService.Tests.Hosts;

namespace Sure.UtilizationService.Tests.Claims;

/// <summary>The published chain comes in pages as every list does, in its own order.</summary>
public sealed class EvidenceChainPageTests(PostgresServer postgres)
{
    /// <summary>201 decisions: 50 unless more are asked for, 200 at most, and then the last.</summary>
    [Fact]
    public async Task A_page_holds_50_links_or_up_to_200()
    {
        await using var host = await UtilizationHost.StartAsync(postgres);
        await using (var command = host.Database.CreateCommand(
            """
            SET session_replication_role = replica;
            INSERT INTO evidence (number, claim_id, previous_hash, hash, body)
            SELECT i, lpad(to_hex(i), 32, '0')::uuid, (i - 1)::text, i::text, '{}' FROM generate_series(1, 201) AS i;
            """))
        {
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal((1, 50, "50"), await PageAsync(""));
        Assert.Equal((1, 200, "200"), await PageAsync("?limit=200"));
        Assert.Equal((201, 201, null), await PageAsync("?limit=200&cursor=200"));
        foreach (var limit in new[] { 0, 201 })
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await ReadAsync($"?limit={limit}")).Status);
        }

        Task<Answer> ReadAsync(string query) => UtilizationHost.GetAsync(host.Anonymous, $"/api/v2/claims/evidence-chain{query}");

        async Task<(long First, long Last, string? NextCursor)> PageAsync(string query)
        {
            var page = await ReadAsync(query);
            var numbers = page["items"].AsArray().Select(l => (long)l!["number"]!).ToList();
            Assert.Equal(Enumerable.Range((int)numbers[0], numbers.Count).Select(i => (long)i), numbers);
            return (numbers[0], numbers[^1], (string?)page.Body!["next_cursor"]);
        }
    }
}
