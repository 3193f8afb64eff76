using System.Text.Json.Nodes;
using Dapper;
using Npgsql;
using Sure.Contracts.Vocabulary;
using Sure.ServiceDefaults.Paging;
using Sure.TestServers;
using Sure.UtilizationService.Claims;
using Sure.UtilizationService.Ledger;
using Sure.UtilizationService.Policies;
using Sure.UtilizationService.Tests.Hosts;
using Sure.UtilizationService.Tranches;
using Sure.UtilizationService.Vault;

namespace Sure.UtilizationService.Tests;

/// <summary>
/// Pages stay cheap however many rows there are: PostgreSQL reads each from an index, and neither reads all of the table nor sorts
/// much of it.
/// </summary>
public sealed class ListPlanTests(ListPlanTests.LargeBook book) : IClassFixture<ListPlanTests.LargeBook>
{
    private const int Page = 50;

    /// <summary>Rows that are sorted in no time; half a per cent of the table.</summary>
    private const int Few = 1_000;

    /// <summary>A cursor in the middle of the 200 000.</summary>
    private static readonly Guid Middle = new("00000000-0000-0000-0000-0000000186a0");

    private static readonly DateTimeOffset JournalEnd = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly PolicyFilter All = new(Holder: null, Status: null, CoverageType: null, Chain: null, Stablecoin: null);

    /// <summary>Filters with common and with rare members, alone and together.</summary>
    private static readonly PolicyFilter[] Filters =
    [
        All,
        All with { Holder = "holder-7" },
        All with { Holder = "nobody" },
        All with { Status = PolicyStatus.Active },
        All with { Status = PolicyStatus.Triggered },
        All with { CoverageType = CoverageType.Depeg },
        All with { CoverageType = CoverageType.Bridge },
        All with { Chain = Chain.Ethereum },
        All with { Chain = Chain.Lightning },
        All with { Stablecoin = Stablecoin.USDC },
        All with { Stablecoin = Stablecoin.mkUSD },
        All with { Holder = "holder-7", Status = PolicyStatus.Active },
        All with { Status = PolicyStatus.Expired, Stablecoin = Stablecoin.USDC },
        All with { CoverageType = CoverageType.Bridge, Chain = Chain.Ethereum },
        All with { CoverageType = CoverageType.Bridge, Chain = Chain.Lightning, Stablecoin = Stablecoin.mkUSD },
        All with { CoverageType = CoverageType.Depeg, Chain = Chain.Ethereum, Stablecoin = Stablecoin.USDC, Status = PolicyStatus.Active },
    ];

    [Fact]
    public async Task A_page_of_200_000_policies_is_read_from_an_index()
    {
        foreach (var filter in Filters)
        {
            foreach (var before in new Guid?[] { null, Middle })
            {
                var (sql, values) = PolicyStore.ListQuery(filter, before, Page);
                await AssertReadFromIndexAsync(sql, values, $"{filter}, before {before}");
            }
        }
    }

    [Fact]
    public async Task A_page_of_200_000_claims_is_read_from_an_index()
    {
        var all = new ClaimFilter(Holder: null, Status: null, PolicyId: null);

        foreach (var filter in new[]
        {
            all,
            all with { Holder = "holder-7" },
            all with { Status = ClaimStatus.Refused },
            all with { Status = ClaimStatus.Pending },
            all with { PolicyId = Middle },
            all with { Holder = "holder-7", Status = ClaimStatus.Paid },
        })
        {
            foreach (var before in new Guid?[] { null, Middle })
            {
                var (sql, values) = ClaimStore.ListQuery(filter, new PageRequest(before, Page));
                await AssertReadFromIndexAsync(sql, values, $"{filter}, before {before}");
            }
        }
    }

    /// <summary>Those who withdraw wait for it with everybody else. The other tables it reads are small. Of the runs it reads one for a coin.</summary>
    [Fact]
    public async Task Whether_a_run_touches_200_000_policies_is_read_from_an_index()
    {
        var plan = await PlanOfAsync(VaultStore.RunsSql, new { OracleConsensus = 0.3m, CexTrigger = 0.95m }, "ANALYZE, ");
        var nodes = NodesOf(plan).ToList();
        var runs = nodes.Where(n => (string?)n["Relation Name"] == "trigger_run").ToList();

        Assert.All(
            nodes.Where(n => (string?)n["Relation Name"] == "policy").Concat(runs),
            n => Assert.Contains((string)n["Node Type"]!, new[] { "Index Scan", "Index Only Scan", "Bitmap Heap Scan" }));
        Assert.NotEmpty(runs);
        Assert.All(runs, n => Assert.True((double)n["Actual Rows"]! <= 1, $"More than a run is read for a coin: {plan}"));
    }

    /// <summary>So is what covers bridges and what incidents touch; policies that have ended are not looked at, however many there are.</summary>
    [Fact]
    public async Task Whether_an_exploit_or_incident_touches_200_000_policies_is_read_from_the_index_of_active_ones()
    {
        foreach (var sql in new[] { VaultStore.BridgeCoverSql, VaultStore.IncidentsSql })
        {
            var plan = await PlanOfAsync(sql, new { Chains = Words<Chain>.Members.Select(c => c.Word()).ToArray() }, "ANALYZE, ");
            var policies = NodesOf(plan).Where(n => (string?)n["Relation Name"] == "policy").ToList();

            Assert.NotEmpty(policies);
            Assert.All(policies, n =>
            {
                Assert.Equal("policy_active_product", (string?)n["Index Name"]);
                Assert.Contains("chain", (string?)n["Index Cond"] ?? "", StringComparison.Ordinal);
                Assert.True((double)n["Actual Rows"]! <= 1, $"More than a policy is read for a chain or an incident: {plan}");
            });
        }
    }

    /// <summary>Claims are paid under the lock of the pool, a hundred at a time.</summary>
    [Fact]
    public async Task The_policies_of_paid_claims_are_found_by_index_among_200_000()
    {
        await using var connection = await book.OpenConnectionAsync();
        await using var command = new NpgsqlCommand($"EXPLAIN (FORMAT JSON) {ClaimStore.PaidPoliciesSql}", connection);
        command.Parameters.AddWithValue(Enumerable.Repeat(Middle, 100).ToArray());
        command.Parameters.AddWithValue(Enumerable.Repeat("paid", 100).ToArray());
        var plan = JsonNode.Parse((string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!)![0]!["Plan"]!;

        Assert.Contains(NodesOf(plan), n => (string?)n["Index Name"] == "policy_pkey");
        Assert.DoesNotContain(NodesOf(plan), n => (string)n["Node Type"]! is "Seq Scan");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("cash")]
    [InlineData("capital:SURE_EQT")]
    [InlineData("shortfall")]
    public async Task A_page_of_200_000_entries_is_read_from_an_index(string? account)
    {
        foreach (var before in new Guid?[] { null, Middle })
        {
            var (sql, values) = LedgerStore.EntriesQuery(account, before, Page);
            await AssertReadFromIndexAsync(sql, values, $"{account}, before {before}");
        }
    }

    /// <summary>One look at each policy, not one for each tranche.</summary>
    [Fact]
    public async Task What_is_attributed_to_the_tranches_is_summed_for_all_of_them_at_once()
    {
        var nodes = NodesOf(await PlanOfAsync(FigureCheck.Sql, FigureCheck.Values)).ToList();

        Assert.Contains(nodes, IsOfPolicies);
        Assert.DoesNotContain(nodes.Where(n => (string?)n["Parent Relationship"] == "SubPlan").SelectMany(NodesOf), IsOfPolicies);

        static bool IsOfPolicies(JsonNode node) => (string?)node["CTE Name"] == "active" || (string?)node["Relation Name"] == "policy";
    }

    /// <summary>Of five years of the journal only the last 30 days are read.</summary>
    [Fact]
    public async Task What_tranches_realised_is_read_from_indexes_of_the_time()
    {
        var plan = await PlanOfAsync(TrancheReport.RealisedSql, TrancheReport.RealisedValues(JournalEnd));
        var nodes = NodesOf(plan).ToList();
        var scans = nodes.Where(n => (string?)n["Index Name"] is { } index && !index.StartsWith("account", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(scans);
        Assert.All(scans, n => Assert.Contains("occurred_at", (string?)n["Index Cond"] ?? $"{plan}", StringComparison.Ordinal));
        Assert.All(nodes.Where(n => (string)n["Node Type"]! is "Seq Scan"), n => Assert.Equal("account", (string?)n["Relation Name"]));
    }

    /// <summary>
    /// Pages come from an index, never from all of the table. Where the planner expects few rows to match altogether it may read those and
    /// sort them, which is cheaper than walking an index past all that do not match.
    /// </summary>
    private async Task AssertReadFromIndexAsync(string sql, object values, string what)
    {
        var plan = await PlanOfAsync(sql, values);
        var nodes = NodesOf(plan).ToList();
        var types = nodes.ConvertAll(n => (string)n["Node Type"]!);

        Assert.True(types.Exists(t => t is "Index Scan" or "Index Only Scan" or "Bitmap Index Scan"), $"No index is read for {what}: {plan}");
        Assert.False(types.Exists(t => t.Contains("Seq Scan", StringComparison.Ordinal)), $"All of a table is read for {what}: {plan}");
        Assert.All(nodes.Where(n => (string)n["Node Type"]! is "Sort" or "Incremental Sort"), n => Assert.True((int)n["Plan Rows"]! <= Few, $"Many rows are sorted for {what}: {plan}"));
    }

    private async Task<JsonNode> PlanOfAsync(string sql, object values, string options = "")
    {
        await using var connection = await book.OpenConnectionAsync();
        return JsonNode.Parse((await connection.ExecuteScalarAsync<string>($"EXPLAIN ({options}FORMAT JSON) {sql}", values))!)![0]!["Plan"]!;
    }

    private static IEnumerable<JsonNode> NodesOf(JsonNode plan) => (plan["Plans"]?.AsArray() ?? []).SelectMany(p => NodesOf(p!)).Prepend(plan);

    /// <summary>200 000 policies with a claim each, runs of most and a journal of as many entries, written once for all.</summary>
    public sealed class LargeBook(PostgresServer postgres) : IAsyncLifetime
    {
        private UtilizationHost _host = null!;

        /// <inheritdoc />
        public async ValueTask InitializeAsync()
        {
            _host = await UtilizationHost.StartAsync(postgres);
            await using var connection = await OpenConnectionAsync();
            // What constraints would check row by row holds by the way these rows are made.
            await connection.ExecuteAsync("SET session_replication_role = replica");
            await WritePoliciesAsync(connection);
            await WriteClaimsAsync(connection);
            await WriteRunsAsync(connection);
            await WriteIncidentsAsync(connection);
            await WriteJournalAsync(connection);
        }

        /// <inheritdoc />
        public ValueTask DisposeAsync() => _host.DisposeAsync();

        /// <summary>To its database.</summary>
        public async Task<NpgsqlConnection> OpenConnectionAsync() => await _host.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);

        /// <summary>One for each policy; most are refused, a few wait.</summary>
        private static async Task WriteClaimsAsync(NpgsqlConnection connection)
        {
            await connection.ExecuteAsync(new CommandDefinition(
                """
                INSERT INTO claim (claim_id, policy_id, holder, status, reason, filed_at)
                SELECT policy_id, policy_id, holder,
                       CASE WHEN i % 1000 = 0 THEN 'pending' WHEN i % 10 = 0 THEN 'paid' ELSE 'refused' END, 'because', timestamptz '2026-02-01'
                FROM (SELECT row_number() OVER (ORDER BY policy_id) AS i, * FROM policy) AS p
                """,
                commandTimeout: 120,
                cancellationToken: TestContext.Current.CancellationToken));
            await connection.ExecuteAsync(new CommandDefinition(
                """
                INSERT INTO evidence (number, claim_id, previous_hash, hash, body)
                SELECT row_number() OVER (ORDER BY claim_id), claim_id, '', claim_id::text, '{}' FROM claim WHERE status <> 'pending'
                """,
                commandTimeout: 120,
                cancellationToken: TestContext.Current.CancellationToken));
            await connection.ExecuteAsync("ANALYZE claim; ANALYZE evidence");
        }

        /// <summary>All of one coin, after the watch has judged the points that might end them.</summary>
        private static async Task WriteRunsAsync(NpgsqlConnection connection)
        {
            await UtilizationHost.EventuallyAsync(
                () => connection.ExecuteScalarAsync<bool>("SELECT count(*) = (SELECT count(*) FROM peg) FROM watch_position"), "every coin to be judged");
            await connection.ExecuteAsync(new CommandDefinition(
                """
                INSERT INTO trigger_run (policy_id, stablecoin, started_at, due_at)
                SELECT policy_id, stablecoin, timestamptz '2026-02-01', timestamptz '2026-02-02' FROM policy
                WHERE status = 'active' AND coverage_type = 'depeg' AND stablecoin = 'USDC'
                """,
                commandTimeout: 120,
                cancellationToken: TestContext.Current.CancellationToken));
            await connection.ExecuteAsync("ANALYZE trigger_run");
        }

        /// <summary>Open on what is covered often, rarely and not at all; on one coin or on all.</summary>
        private static async Task WriteIncidentsAsync(NpgsqlConnection connection)
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO incident (incident_id, coverage_type, chain, stablecoin, occurred_at, evidence_url, loss_fraction, status,
                                      recorded_by, recorded_client, recorded_at)
                SELECT gen_random_uuid(), type, chain, coin, timestamptz '2026-02-01', 'https://example.org', 0.5, 'open', 'x', 'y', timestamptz '2026-02-01'
                FROM unnest(ARRAY['smart_contract', 'bridge']) AS t (type)
                CROSS JOIN unnest(ARRAY['Ethereum', 'Lightning', 'Solana']) AS c (chain)
                CROSS JOIN unnest(ARRAY['USDC', 'mkUSD', NULL]) AS s (coin);
                ANALYZE incident;
                """);
        }

        /// <summary>Five years: by turns a deposit and premium, into one tranche each.</summary>
        private static async Task WriteJournalAsync(NpgsqlConnection connection)
        {
            await connection.ExecuteAsync(new CommandDefinition(
                """
                INSERT INTO journal_entry (entry_id, kind, reference, occurred_at)
                SELECT lpad(to_hex(i), 32, '0')::uuid, CASE WHEN i % 2 = 0 THEN 'premium_earned' ELSE 'deposit' END, 'book',
                       @End - (200000 - i) * interval '5 years' / 200000
                FROM generate_series(1, 200000) AS i;
                INSERT INTO posting (entry_id, account, amount, occurred_at)
                SELECT entry_id, account, amount, occurred_at
                FROM (SELECT row_number() OVER (ORDER BY entry_id) AS i, * FROM journal_entry) AS e CROSS JOIN LATERAL (
                    SELECT CASE kind WHEN 'deposit' THEN 'cash' ELSE 'premium_unearned' END, 1
                    UNION ALL
                    SELECT 'capital:' || (SELECT (array_agg(tranche_id ORDER BY tranche_id))[1 + e.i / 2 % 6] FROM tranche), -1
                ) AS p (account, amount)
                ORDER BY entry_id;
                ANALYZE journal_entry;
                ANALYZE posting;
                """,
                new { End = JournalEnd },
                commandTimeout: 120,
                cancellationToken: TestContext.Current.CancellationToken));
        }

        /// <summary>Most are active, of a few common products; bridge cover, Lightning, mkUSD and triggered ones are rare.</summary>
        private static async Task WritePoliciesAsync(NpgsqlConnection connection)
        {
            await connection.ExecuteAsync(new CommandDefinition(
                """
                INSERT INTO policy (policy_id, quote_id, holder, status, coverage_type, chain, stablecoin, coverage_usd, premium_usd, standard_rate,
                                    terms, attribution, starts_at, ends_at)
                SELECT lpad(to_hex(i), 32, '0')::uuid, lpad(to_hex(i), 32, '0')::uuid, 'holder-' || i % 1000,
                       CASE WHEN i % 1000 = 0 THEN 'triggered' WHEN i % 10 = 0 THEN 'expired' ELSE 'active' END,
                       CASE WHEN i % 1999 = 0 THEN 'bridge' WHEN i % 3 = 0 THEN 'smart_contract' ELSE 'depeg' END,
                       CASE WHEN i % 2999 = 0 THEN 'Lightning' WHEN i % 7 = 0 THEN 'Base' ELSE 'Ethereum' END,
                       CASE WHEN i % 3989 = 0 THEN 'mkUSD' WHEN i % 11 = 0 THEN 'DAI' ELSE 'USDC' END,
                       100, 1, 0.008, '{"trigger_price": 0.97}', '{}', timestamptz '2026-01-01', timestamptz '2026-04-01'
                FROM generate_series(1, 200000) AS i
                """,
                commandTimeout: 120,
                cancellationToken: TestContext.Current.CancellationToken));
            await connection.ExecuteAsync("ANALYZE policy");
        }
    }
}
