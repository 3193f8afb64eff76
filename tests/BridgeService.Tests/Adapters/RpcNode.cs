using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sure.BridgeService.Adapters.Evm;

namespace Sure.BridgeService.Tests.Adapters;

/// <summary>A node of a chain on this machine: blocks every 12 s, and answers of contracts that hold at every block.</summary>
internal sealed class RpcNode : IAsyncDisposable
{
    private RpcNode(UpstreamServer server) => Server = server;

    public UpstreamServer Server { get; }

    /// <summary>The number of the newest block; that of the newest final one is 64 less.</summary>
    public long Head { get; set; } = 16_800_064;

    /// <summary>The time of the newest block.</summary>
    public DateTimeOffset HeadMadeAt { get; set; } = AdapterHost.Now;

    /// <summary>Tells this node's chain from another.</summary>
    public string Fork { get; set; } = "a";

    /// <summary>What contracts answer; others have no code.</summary>
    public ConcurrentDictionary<EthCall, string> Contracts { get; } = new();

    public static async Task<RpcNode> StartAsync()
    {
        var server = await UpstreamServer.StartAsync(_ => Task.CompletedTask);
        var node = new RpcNode(server);
        server.Answer = node.AnswerAsync;
        return node;
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var request = JsonDocument.Parse((string)context.Items["body"]!);
        var parameters = request.RootElement.GetProperty("params");
        var result = request.RootElement.GetProperty("method").GetString() == "eth_call" ? Call(parameters) : Block(parameters[0].GetString()!);
        await UpstreamServer.Json($$"""{"jsonrpc":"2.0","id":1,{{result}}}""")(context);
    }

    private string Call(JsonElement parameters)
    {
        if (NumberOf(parameters[1].GetString()!) > Head)
        {
            return """ "error":{"code":-32000,"message":"header not found"} """;
        }

        var call = new EthCall(parameters[0].GetProperty("to").GetString()!, parameters[0].GetProperty("data").GetString()!);
        return $""" "result":"{(Contracts.TryGetValue(call, out var data) ? data : "0x")}" """;
    }

    private string Block(string block)
    {
        var number = NumberOf(block);
        return number > Head
            ? """ "result":null """
            : $$""" "result":{"number":"0x{{number:x}}","hash":"0x{{Fork}}{{number:x}}","timestamp":"0x{{HeadMadeAt.ToUnixTimeSeconds() - (12 * (Head - number)):x}}"} """;
    }

    private long NumberOf(string block) => block switch
    {
        "latest" => Head,
        "finalized" => Head - 64,
        _ => long.Parse(block.AsSpan(2), NumberStyles.AllowHexSpecifier),
    };
}
