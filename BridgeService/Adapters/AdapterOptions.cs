using System.ComponentModel.DataAnnotations;
using Sure.BridgeService.Observations;
using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.Adapters;

/// <summary>What is pulled from where, section <c>Adapters</c>. Nothing is, unless it is named here.</summary>
public sealed class AdapterOptions
{
    private const string LeastPause = "00:00:00.5";
    private const string MostPause = "01:00:00";

    /// <summary>How the platform names itself to upstreams.</summary>
    [Required]
    public string UserAgent { get; set; } = "Sure/2.0";

    /// <summary>How long one attempt of a request may take; less where the cycle is short. Default 3 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:01:00")]
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How often a request that failed is tried again within its cycle. Default 2.</summary>
    [Range(0, 5)]
    public int Retries { get; set; } = 2;

    /// <summary>Before the first retry, on average; twice as long before each further one. Default 0.2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:10")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>For how long an upstream is not asked when of at least three attempts of the last four cycles half failed. Default 60 s.</summary>
    [Range(typeof(TimeSpan), LeastPause, MostPause)]
    public TimeSpan CircuitBreak { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>For how long an upstream that limits requests without saying for how long is not asked. Default 60 s.</summary>
    [Range(typeof(TimeSpan), LeastPause, MostPause)]
    public TimeSpan RateLimitPause { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>DefiLlama: values locked in protocols, prices of coins.</summary>
    public DefiLlamaOptions DefiLlama { get; } = new();

    /// <summary>CoinGecko: prices of coins.</summary>
    public CoinGeckoOptions CoinGecko { get; } = new();

    /// <summary>Pyth: prices of coins.</summary>
    public PythOptions Pyth { get; } = new();

    /// <summary>Chains with Ethereum's JSON-RPC: lockboxes, pause flags, Chainlink feeds.</summary>
    public IList<ChainOptions> Evm { get; } = [];

    /// <summary>Whether anything is pulled.</summary>
    internal bool AreConfigured =>
        DefiLlama.Protocols.Count > 0 || DefiLlama.Coins.Count > 0 || CoinGecko.Coins.Count > 0 || Pyth.Feeds.Count > 0 || Evm.Count > 0;
}

/// <summary>Where an upstream is.</summary>
public sealed class UpstreamOptions
{
    /// <summary>Its address: <c>https</c>, or <c>http</c> on this machine. What its paths are relative to.</summary>
    public Uri? Url { get; set; }

    /// <summary>Sent with every request, such as an API key. Never logged.</summary>
    public IDictionary<string, string> Headers { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
}

/// <summary>DefiLlama, section <c>Adapters:DefiLlama</c>.</summary>
public sealed class DefiLlamaOptions
{
    /// <summary>Of the values locked. Default <c>https://api.llama.fi</c>.</summary>
    public UpstreamOptions Tvl { get; } = new() { Url = new Uri("https://api.llama.fi") };

    /// <summary>Of the prices. Default <c>https://coins.llama.fi</c>.</summary>
    public UpstreamOptions Prices { get; } = new() { Url = new Uri("https://coins.llama.fi") };

    /// <summary>The protocols whose value is that of a bridge.</summary>
    public IList<DefiLlamaProtocol> Protocols { get; } = [];

    /// <summary>The coins, by ids such as <c>coingecko:usd-coin</c> or <c>ethereum:0x…</c>; none that CoinGecko is asked for, whose prices these mostly are.</summary>
    public IList<CoinMapping> Coins { get; } = [];

    /// <summary>Time between two reads of the values locked, which are long answers that change about once an hour. Default 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan TvlInterval { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>An older value is refused. Default 2 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "2.00:00:00")]
    public TimeSpan MaxTvlAge { get; set; } = TimeSpan.FromHours(2);

    /// <summary>A longer answer about a protocol is refused; it has the protocol's whole history. Default 16 MiB.</summary>
    [Range(1024, 256 * 1024 * 1024)]
    public int MaxTvlBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Least time between two reads of prices. Default 0: every cycle.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan PriceInterval { get; set; } = TimeSpan.Zero;

    /// <summary>An older price is refused. Default 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan MaxPriceAge { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>A price of which DefiLlama is less sure is refused. 0 … 1, default 0.9.</summary>
    [Range(0, 1)]
    public decimal LeastConfidence { get; set; } = 0.9m;
}

/// <summary>A protocol of DefiLlama, section <c>Adapters:DefiLlama:Protocols</c>.</summary>
public sealed class DefiLlamaProtocol
{
    /// <summary>DefiLlama's name of it in addresses.</summary>
    [Required]
    public string Slug { get; set; } = "";

    /// <summary>DefiLlama's name of the chain of which the value is taken, as in <c>Ethereum</c>; all chains where it is left out.</summary>
    public string? Chain { get; set; }

    /// <summary>The bridge whose value it is.</summary>
    [Required]
    public string Bridge { get; set; } = "";
}

/// <summary>CoinGecko, section <c>Adapters:CoinGecko</c>.</summary>
public sealed class CoinGeckoOptions
{
    /// <summary>Default <c>https://api.coingecko.com/api/v3</c>; the key goes into the header <c>x-cg-demo-api-key</c> or <c>x-cg-pro-api-key</c>.</summary>
    public UpstreamOptions Upstream { get; } = new() { Url = new Uri("https://api.coingecko.com/api/v3") };

    /// <summary>The coins, by ids such as <c>usd-coin</c>.</summary>
    public IList<CoinMapping> Coins { get; } = [];

    /// <summary>Least time between two reads. Default 0: every cycle.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.Zero;

    /// <summary>An older price is refused. Default 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromMinutes(10);
}

/// <summary>Pyth, section <c>Adapters:Pyth</c>.</summary>
public sealed class PythOptions
{
    /// <summary>A Hermes server; there is no default.</summary>
    public UpstreamOptions Upstream { get; } = new();

    /// <summary>The feeds, by ids of 64 hexadecimal digits.</summary>
    public IList<CoinMapping> Feeds { get; } = [];

    /// <summary>Least time between two reads. Default 0: every cycle.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.Zero;

    /// <summary>An older price is refused. Default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>A price whose confidence interval is wider than ± this part of it is refused. Default 0.01.</summary>
    [Range(0, 1)]
    public decimal MostConfidenceRatio { get; set; } = 0.01m;
}

/// <summary>A chain with Ethereum's JSON-RPC, section <c>Adapters:Evm</c>.</summary>
public sealed class ChainOptions
{
    /// <summary>The chain.</summary>
    [Required]
    public Chain? Chain { get; set; }

    /// <summary>Nodes of different operators, at least 2; a majority of them must agree on each figure.</summary>
    public IList<UpstreamOptions> Endpoints { get; } = [];

    /// <summary>The Chainlink feeds.</summary>
    public IList<FeedOptions> Feeds { get; } = [];

    /// <summary>Balances whose sum is what a bridge holds.</summary>
    public IList<LockboxOptions> Lockboxes { get; } = [];

    /// <summary>Contracts that say whether a bridge is paused.</summary>
    public IList<PauseFlagOptions> PauseFlags { get; } = [];

    /// <summary>On a roll-up, the Chainlink feed that says whether its sequencer is up; no feed is believed while it is not.</summary>
    public string? SequencerFeed { get; set; }

    /// <summary>Least time between two reads. Default 0: every cycle.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.Zero;

    /// <summary>
    /// What was read as of an older block is refused, and what of final blocks is not counts, unless <c>Bridges:SourceMaxAges</c> says
    /// otherwise: they are about a quarter of an hour old. Default 30 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan MaxBlockAge { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>The chain in names of sources.</summary>
    internal string Word => Chain!.Value.Word().ToLowerInvariant();

    /// <summary>The feed at an address, or null.</summary>
    internal FeedOptions? FeedAt(string address) => Feeds.FirstOrDefault(f => string.Equals(f.Address, address, StringComparison.OrdinalIgnoreCase));
}

/// <summary>A Chainlink feed in dollars, section <c>Adapters:Evm:0:Feeds</c>.</summary>
public sealed class FeedOptions
{
    /// <summary>The contract.</summary>
    [Required]
    public string Address { get; set; } = "";

    /// <summary>The coin whose price it is; none where it only values balances.</summary>
    public Stablecoin? Stablecoin { get; set; }

    /// <summary>What its figure is; net asset values only of yield-bearing coins.</summary>
    public PriceKind Kind { get; set; } = PriceKind.Price;

    /// <summary>How many digits of its answer are decimals; an answer in other units is refused. Default 8.</summary>
    [Range(0, 28)]
    public int Decimals { get; set; } = 8;

    /// <summary>It is written at least this often; a round that is later is refused. Default 24 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromHours(24);

    /// <summary>The aggregator's <c>minAnswer</c> in dollars: an answer at it is refused. Default 0.</summary>
    [Range(0, 1e15)]
    public decimal LeastAnswer { get; set; }

    /// <summary>The aggregator's <c>maxAnswer</c> in dollars: an answer at it is refused. Default 10¹².</summary>
    [Range(0, 1e15)]
    public decimal MostAnswer { get; set; } = 1_000_000_000_000;
}

/// <summary>What a bridge holds of one token, section <c>Adapters:Evm:0:Lockboxes</c>.</summary>
public sealed class LockboxOptions
{
    /// <summary>The bridge; it locks on this chain.</summary>
    [Required]
    public string Bridge { get; set; } = "";

    /// <summary>The token.</summary>
    [Required]
    public string Token { get; set; } = "";

    /// <summary>The contract that holds it.</summary>
    [Required]
    public string Holder { get; set; } = "";

    /// <summary>How many digits of the token's amounts are decimals; a token that says otherwise is refused.</summary>
    [Required, Range(0, 28)]
    public int? Decimals { get; set; }

    /// <summary>The feed of the token's price, one of <c>Feeds</c>.</summary>
    [Required]
    public string Feed { get; set; } = "";
}

/// <summary>A contract with <c>paused()</c>, section <c>Adapters:Evm:0:PauseFlags</c>.</summary>
public sealed class PauseFlagOptions
{
    /// <summary>The bridge; it locks on this chain.</summary>
    [Required]
    public string Bridge { get; set; } = "";

    /// <summary>The contract.</summary>
    [Required]
    public string Contract { get; set; } = "";
}
