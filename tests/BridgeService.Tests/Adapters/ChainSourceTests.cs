using Sure.BridgeService.Adapters.Evm;
using Sure.BridgeService.Observations;
using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.Tests.Adapters;

/// <summary>A chain read through three nodes on this machine.</summary>
public sealed class ChainSourceTests : IAsyncLifetime
{
    private const string Feed = "0x8fffffd4afb6115b954bd326cbe7b4ba576818f6";
    private const string Token = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";
    private const string Holder = "0x00000000000000000000000000000000000000b1";
    private const string Bridge = "wormhole_eth_ton";
    private const string Rpc = "rpc-ethereum";
    private const string Chainlink = "chainlink-ethereum";
    private const string Paused = "paused-ethereum";

    private readonly List<RpcNode> _nodes = [];
    private AdapterHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        for (var i = 0; i < 3; i++)
        {
            var node = await RpcNode.StartAsync();
            node.Contracts[Abi.LatestRoundData(Feed)] = Words.Round(88_000_000, AdapterHost.Now.ToUnixTimeSeconds() - 3600);
            node.Contracts[Abi.Decimals(Feed)] = Words.Of(8);
            node.Contracts[Abi.BalanceOf(Token, Holder)] = Words.Of(1_000_000_000_000); // 1 000 000 with 6 decimals, at 0.88: 880 000
            node.Contracts[Abi.Decimals(Token)] = Words.Of(6);
            node.Contracts[Abi.Paused(Holder)] = Words.Of(0);
            _nodes.Add(node);
        }

        _host = new AdapterHost(
        [
            ("Adapters:Retries", "0"),
            ("Adapters:Evm:0:Chain", "Ethereum"),
            .. _nodes.Select((n, i) => ($"Adapters:Evm:0:Endpoints:{i}:Url", n.Server.Url)),
            ("Adapters:Evm:0:Endpoints:0:Headers:Authorization", "Bearer secret"),
            ("Adapters:Evm:0:Feeds:0:Address", Feed),
            ("Adapters:Evm:0:Feeds:0:Stablecoin", "USDC"),
            ("Adapters:Evm:0:Lockboxes:0:Bridge", Bridge),
            ("Adapters:Evm:0:Lockboxes:0:Token", Token),
            ("Adapters:Evm:0:Lockboxes:0:Holder", Holder),
            ("Adapters:Evm:0:Lockboxes:0:Decimals", "6"),
            ("Adapters:Evm:0:Lockboxes:0:Feed", Feed),
            ("Adapters:Evm:0:PauseFlags:0:Bridge", Bridge),
            ("Adapters:Evm:0:PauseFlags:0:Contract", Holder),
        ]);
    }

    public async ValueTask DisposeAsync()
    {
        _host.Dispose();
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }
    }

    // The newest final block is 64 blocks of 12 s old: 768 s.
    [Fact]
    public async Task Nodes_that_agree_are_believed_as_of_the_block_that_was_read()
    {
        var final = AdapterHost.Now - TimeSpan.FromSeconds(768);

        Assert.Equal([new BridgeObservation(Rpc, Bridge, final, 880_000m)], (await _host.ReadAsync(Rpc)).Bridges);
        Assert.Equal([new BridgeObservation(Paused, Bridge, final, TvlUsd: null, Paused: false)], (await _host.ReadAsync(Paused)).Bridges);
        Assert.Equal([new PriceObservation(Chainlink, Stablecoin.USDC, PriceKind.Price, AdapterHost.Now, 0.88m)], (await _host.ReadAsync(Chainlink)).Prices);
    }

    [Fact]
    public async Task Requests_have_the_documented_shape_and_the_block_by_its_number()
    {
        await _host.ReadAsync(Rpc);

        var asked = _nodes[0].Server.Asked;
        Assert.Equal("""{"jsonrpc":"2.0","id":1,"method":"eth_getBlockByNumber","params":["finalized",false]}""", asked[0].Body);
        Assert.Contains(
            asked,
            a => a.Body == $$"""{"jsonrpc":"2.0","id":1,"method":"eth_call","params":[{"to":"{{Token}}","data":"0x70a08231000000000000000000000000{{Holder[2..]}}"},"0x1005900"]}""");
        Assert.All(asked, a => Assert.Equal("Bearer secret", a.Headers["Authorization"]));
        Assert.All(_nodes[1].Server.Asked, a => Assert.False(a.Headers.ContainsKey("Authorization")));
    }

    [Fact]
    public async Task One_node_that_lies_is_outvoted()
    {
        _nodes[1].Contracts[Abi.BalanceOf(Token, Holder)] = Words.Of(0);

        Assert.Equal(880_000m, Assert.Single((await _host.ReadAsync(Rpc)).Bridges).TvlUsd);
    }

    [Fact]
    public async Task Three_nodes_that_say_three_things_are_refused()
    {
        _nodes[1].Contracts[Abi.BalanceOf(Token, Holder)] = Words.Of(0);
        _nodes[2].Contracts[Abi.BalanceOf(Token, Holder)] = Words.Of(1);

        Assert.Empty((await _host.ReadAsync(Rpc)).Bridges);
        Assert.Equal(1, _host.Observations(Rpc, "disagreement"));
        Assert.Single((await _host.ReadAsync(Paused)).Bridges);
    }

    [Fact]
    public async Task A_node_that_is_behind_does_not_vote_and_one_that_is_ahead_is_asked_for_the_common_block()
    {
        _nodes[0].Head += 2;
        _nodes[0].HeadMadeAt += TimeSpan.FromSeconds(24);
        _nodes[2].Head -= 1000;
        _nodes[2].HeadMadeAt -= TimeSpan.FromSeconds(12_000);

        Assert.Equal([new PriceObservation(Chainlink, Stablecoin.USDC, PriceKind.Price, AdapterHost.Now, 0.88m)], (await _host.ReadAsync(Chainlink)).Prices);
        Assert.DoesNotContain(_nodes[2].Server.Asked, a => a.Body.Contains("eth_call", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nodes_on_different_forks_are_refused()
    {
        _nodes[1].Fork = "b";
        Assert.Single((await _host.ReadAsync(Rpc)).Bridges);

        _nodes[2].Fork = "c";
        Assert.Empty((await _host.ReadAsync(Chainlink)).Prices);
        Assert.Equal(1, _host.Observations(Chainlink, "disagreement"));
    }

    [Fact]
    public async Task One_node_that_is_away_or_errs_costs_nothing_two_cost_the_reading()
    {
        _nodes[0].Server.Answer = UpstreamServer.Reset;
        Assert.Equal(880_000m, Assert.Single((await _host.ReadAsync(Rpc)).Bridges).TvlUsd);

        _nodes[1].Server.Answer = UpstreamServer.Json("""{"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"limit exceeded"}}""");
        Assert.Empty((await _host.ReadAsync(Chainlink)).Prices);
        Assert.Equal(1, _host.Requests(Rpc, "unreachable"));
        Assert.Equal(1, _host.Observations(Chainlink, "unreachable"));
    }

    [Fact]
    public async Task A_node_that_limits_requests_is_left_alone_by_all_sources_that_need_it()
    {
        _nodes[0].Server.Answer = UpstreamServer.Status(429, "Retry-After", "90");

        Assert.Single((await _host.ReadAsync(Rpc)).Bridges);
        Assert.Single((await _host.ReadAsync(Chainlink)).Prices);

        Assert.Single(_nodes[0].Server.Asked);
        Assert.Equal(1, _host.Requests(Rpc, "rate_limited"));
        Assert.Equal(1, _host.Requests(Chainlink, "backing_off"));
    }

    [Fact]
    public async Task An_error_of_the_node_is_refused_as_such()
    {
        foreach (var node in _nodes)
        {
            node.Server.Answer = UpstreamServer.Json("""{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"execution reverted"}}""");
        }

        Assert.Empty((await _host.ReadAsync(Paused)).Bridges);
        Assert.Equal(1, _host.Observations(Paused, "rpc_error"));
    }

    [Fact]
    public async Task An_address_without_a_contract_is_no_balance_of_zero()
    {
        _nodes.ForEach(n => n.Contracts.Remove(Abi.BalanceOf(Token, Holder), out _));

        Assert.Empty((await _host.ReadAsync(Rpc)).Bridges);
        Assert.Equal(1, _host.Observations(Rpc, "no_contract"));
    }

    [Fact]
    public async Task A_chain_that_stands_still_is_stale_and_one_from_the_future_is_refused()
    {
        _nodes.ForEach(n => n.HeadMadeAt = AdapterHost.Now - TimeSpan.FromSeconds(1801));
        Assert.Empty((await _host.ReadAsync(Chainlink)).Prices);
        Assert.Equal(1, _host.Observations(Chainlink, "stale"));

        _nodes.ForEach(n => n.HeadMadeAt = AdapterHost.Now + TimeSpan.FromSeconds(310));
        Assert.Empty((await _host.ReadAsync(Chainlink)).Prices);
        Assert.Equal(1, _host.Observations(Chainlink, "future"));
    }

    [Fact]
    public async Task A_chain_that_goes_back_is_refused_and_one_that_stands_still_says_the_same_again()
    {
        var first = Assert.Single((await _host.ReadAsync(Rpc)).Bridges);
        Assert.Equal(first, Assert.Single((await _host.ReadAsync(Rpc)).Bridges));
        Assert.Equal(1, _host.Observations(Rpc, "unchanged"));

        _nodes.ForEach(n => (n.Head, n.HeadMadeAt) = (n.Head - 1, n.HeadMadeAt - TimeSpan.FromSeconds(12)));
        Assert.Empty((await _host.ReadAsync(Rpc)).Bridges);
        Assert.Equal(1, _host.Observations(Rpc, "older"));
    }

    [Fact]
    public async Task A_node_that_never_answers_costs_its_timeout_and_not_the_reading()
    {
        _nodes[2].Server.Answer = UpstreamServer.Silence;

        Assert.Single((await _host.ReadWhileTimePassesAsync(Chainlink)).Prices);
        Assert.Equal(1, _host.Requests(Chainlink, "timeout"));
        Assert.InRange((_host.Time.GetUtcNow() - AdapterHost.Now).TotalSeconds, 3, 8);
    }
}
