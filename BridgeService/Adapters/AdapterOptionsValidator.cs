using System.Buffers;
using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Sure.BridgeService.Adapters.Pyth;
using Sure.BridgeService.Observations;
using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.Adapters;

/// <summary>Finds every fault of section <c>Adapters</c>, each said with the key of its setting.</summary>
internal sealed class AdapterOptionsValidator : IValidateOptions<AdapterOptions>
{
    private const int LeastEndpoints = 2;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    public ValidateOptionsResult Validate(string? name, AdapterOptions options)
    {
        string[] faults = [.. Faults(options)];
        return faults.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Faults(AdapterOptions options)
    {
        const string Path = "Adapters";
        var faults = OfMembers(options, Path);
        using var message = new HttpRequestMessage();
        if (!message.Headers.UserAgent.TryParseAdd(options.UserAgent))
        {
            faults = faults.Append($"{Path}:UserAgent is {options.UserAgent}, which is no User-Agent such as Sure/2.0.");
        }

        return
        [
            .. faults,
            .. OfDefiLlama(options.DefiLlama, $"{Path}:DefiLlama"),
            .. OfOneUpstream(options, Path),
            .. OfMembers(options.CoinGecko, $"{Path}:CoinGecko"),
            .. OfCoins(options.CoinGecko.Coins, $"{Path}:CoinGecko:Coins", options.CoinGecko.Upstream, $"{Path}:CoinGecko:Upstream"),
            .. OfMembers(options.Pyth, $"{Path}:Pyth"),
            .. OfCoins(options.Pyth.Feeds, $"{Path}:Pyth:Feeds", options.Pyth.Upstream, $"{Path}:Pyth:Upstream"),
            .. options.Pyth.Feeds.SelectMany((f, i) => Unless(IsHex(PythPrices.Bare(f.Id), 64), $"{Path}:Pyth:Feeds:{i}:Id is {f.Id}, not 64 hexadecimal digits.")),
            .. options.Evm.SelectMany((c, i) => OfChain(c, $"{Path}:Evm:{i}")),
            .. Repeated(options.Evm.Select(c => c.Chain?.ToString() ?? ""), $"{Path}:Evm"),
        ];
    }

    private static IEnumerable<string> OfDefiLlama(DefiLlamaOptions options, string path) =>
    [
        .. OfMembers(options, path),
        .. options.Protocols.Count > 0 ? OfUpstream(options.Tvl, $"{path}:Tvl") : [],
        .. options.Protocols.SelectMany((p, i) =>
            OfMembers(p, $"{path}:Protocols:{i}")
                .Concat(Unless(IsName(p.Slug), $"{path}:Protocols:{i}:Slug is {p.Slug}, which is no name in an address."))
                .Concat(Unless(Bridge.Find(p.Bridge) is not null, $"{path}:Protocols:{i}:Bridge is {p.Bridge}, which is no bridge."))),
        .. Repeated(options.Protocols.Select(p => p.Bridge), $"{path}:Protocols"),
        .. OfCoins(options.Coins, $"{path}:Coins", options.Prices, $"{path}:Prices"),
    ];

    /// <summary>
    /// DefiLlama answers with CoinGecko's price for every <c>coingecko:</c> id, and for the token of a coin that CoinGecko lists where it
    /// has no surer one of its own: one that errs would be two that agree.
    /// </summary>
    private static IEnumerable<string> OfOneUpstream(AdapterOptions options, string path) => options.DefiLlama.Coins.Index()
        .Where(c => options.CoinGecko.Coins.Any(o => o.Stablecoin == c.Item.Stablecoin && o.Kind == c.Item.Kind))
        .Select(c =>
            $"{path}:DefiLlama:Coins:{c.Index}:Stablecoin is {c.Item.Stablecoin}, as one of {path}:CoinGecko:Coins: DefiLlama passes CoinGecko's prices on, so one source would count as two.");

    private static IEnumerable<string> OfCoins(IList<CoinMapping> coins, string path, UpstreamOptions upstream, string upstreamPath) =>
    [
        .. coins.Count > 0 ? OfUpstream(upstream, upstreamPath) : [],
        .. coins.SelectMany((c, i) =>
            OfMembers(c, $"{path}:{i}")
                .Concat(Unless(IsName(c.Id), $"{path}:{i}:Id is {c.Id}, which is no name in an address."))
                .Concat(OfKind(c.Kind, c.Stablecoin, $"{path}:{i}:Kind"))),
        .. Repeated(coins.Select(c => $"{c.Stablecoin} {c.Kind}"), path),
    ];

    private static IEnumerable<string> OfChain(ChainOptions chain, string path) =>
    [
        .. OfMembers(chain, path),
        .. Unless(chain.Endpoints.Count >= LeastEndpoints, $"{path}:Endpoints has {chain.Endpoints.Count}; at least {LeastEndpoints} are compared."),
        .. chain.Endpoints.SelectMany((e, i) => OfUpstream(e, $"{path}:Endpoints:{i}")),
        .. Repeated(chain.Endpoints.Select(e => e.Url is { IsAbsoluteUri: true } url ? url.Authority : ""), $"{path}:Endpoints"),
        .. Unless(
            chain.Feeds.Any(f => f.Stablecoin is not null) || chain.Lockboxes.Count > 0 || chain.PauseFlags.Count > 0,
            $"{path} reads nothing: it needs Feeds with a Stablecoin, Lockboxes or PauseFlags."),
        .. chain.SequencerFeed is { } sequencer ? OfAddress(sequencer, $"{path}:SequencerFeed") : [],
        .. chain.Feeds.SelectMany((f, i) =>
            OfMembers(f, $"{path}:Feeds:{i}")
                .Concat(OfAddress(f.Address, $"{path}:Feeds:{i}:Address"))
                .Concat(OfKind(f.Kind, f.Stablecoin, $"{path}:Feeds:{i}:Kind"))
                .Concat(Unless(f.LeastAnswer < f.MostAnswer, $"{path}:Feeds:{i}:LeastAnswer must be below MostAnswer."))),
        .. Repeated(chain.Feeds.Select(f => f.Address), $"{path}:Feeds"),
        .. Repeated(chain.Feeds.Where(f => f.Stablecoin is not null).Select(f => $"{f.Stablecoin} {f.Kind}"), $"{path}:Feeds"),
        .. chain.Lockboxes.SelectMany((l, i) =>
            OfMembers(l, $"{path}:Lockboxes:{i}")
                .Concat(OfBridge(l.Bridge, chain.Chain, $"{path}:Lockboxes:{i}:Bridge"))
                .Concat(OfAddress(l.Token, $"{path}:Lockboxes:{i}:Token"))
                .Concat(OfAddress(l.Holder, $"{path}:Lockboxes:{i}:Holder"))
                .Concat(Unless(chain.FeedAt(l.Feed) is not null, $"{path}:Lockboxes:{i}:Feed is {l.Feed}, which is none of {path}:Feeds."))),
        .. Repeated(chain.Lockboxes.Select(l => $"{l.Bridge} {l.Token} {l.Holder}"), $"{path}:Lockboxes"),
        .. chain.PauseFlags.SelectMany((f, i) =>
            OfMembers(f, $"{path}:PauseFlags:{i}")
                .Concat(OfBridge(f.Bridge, chain.Chain, $"{path}:PauseFlags:{i}:Bridge"))
                .Concat(OfAddress(f.Contract, $"{path}:PauseFlags:{i}:Contract"))),
    ];

    /// <summary>What a secret may stand in (the path of an address, a header) is not repeated.</summary>
    private static IEnumerable<string> OfUpstream(UpstreamOptions upstream, string path)
    {
        using var message = new HttpRequestMessage();
        return
        [
            .. Unless(
                upstream.Url is { IsAbsoluteUri: true } url && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback)),
                $"{path}:Url must be an https address; http only on this machine."),
            .. upstream.Headers.SelectMany(h =>
                Unless(message.Headers.TryAddWithoutValidation(h.Key, h.Value) && !h.Value.AsSpan().ContainsAny('\r', '\n'), $"{path}:Headers:{h.Key} is no header of a request.")),
        ];
    }

    private static IEnumerable<string> OfKind(PriceKind kind, Stablecoin? coin, string path) =>
        Unless(kind == PriceKind.Price || (coin is { } known && known.IsYieldBearing()), $"{path} is {kind}, which only yield-bearing coins have.");

    private static IEnumerable<string> OfBridge(string bridge, Chain? chain, string path) =>
        Unless(Bridge.Find(bridge) is { } known && known.SourceChain == chain, $"{path} is {bridge}, which is no bridge that locks on {chain}.");

    private static IEnumerable<string> OfAddress(string address, string path) =>
        Unless(address.StartsWith("0x", StringComparison.Ordinal) && IsHex(address.AsSpan(2), 40), $"{path} is {address}, not 0x and 40 hexadecimal digits.");

    private static IEnumerable<string> Repeated(IEnumerable<string> keys, string path) =>
        keys.Where(k => k.Length > 0).GroupBy(k => k, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1).Select(g => $"{path} has {g.Key} more than once.");

    private static IEnumerable<string> OfMembers(object options, string path)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        return results.Select(r => $"{path}: {r.ErrorMessage}");
    }

    private static IEnumerable<string> Unless(bool holds, string fault) => holds ? [] : [fault];

    private static bool IsHex(ReadOnlySpan<char> text, int length) => text.Length == length && !text.ContainsAnyExcept(HexDigits);

    /// <summary>Of letters, digits and what needs no escape in an address, the first a letter or digit.</summary>
    private static bool IsName(string text) =>
        text.Length > 0 && char.IsAsciiLetterOrDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is ':' or '.' or '_' or '-');
}
