using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sure.BridgeService.Adapters.Evm;

/// <summary>A block of a chain.</summary>
/// <param name="Number">How many came before it.</param>
/// <param name="Hash">Which of those that could have its number it is.</param>
/// <param name="MadeAt">Its time.</param>
internal sealed record Block(long Number, string Hash, DateTimeOffset MadeAt);

/// <summary>
/// Writes the requests of Ethereum's JSON-RPC and reads the answers:
/// <c>{"jsonrpc":"2.0","id":1,"result":"0x…"}</c> or <c>{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"…"}}</c>.
/// </summary>
internal static class JsonRpc
{
    /// <summary>Asks for a block.</summary>
    /// <param name="block">Its tag, or its number as <see cref="Quantity"/>.</param>
    public static byte[] GetBlock(string block) => Request("eth_getBlockByNumber", block, false);

    /// <summary>Asks a contract as of a block.</summary>
    /// <param name="call">The call.</param>
    /// <param name="block">Its tag, or its number as <see cref="Quantity"/>.</param>
    public static byte[] Call(EthCall call, string block) => Request("eth_call", new JsonObject { ["to"] = call.To, ["data"] = call.Data }, block);

    /// <summary>A number as the protocol writes it: <c>0x</c> and hexadecimal digits without leading zeros.</summary>
    public static string Quantity(long number) => $"0x{number:x}";

    /// <summary>The block that was asked for.</summary>
    public static Outcome<Block> ReadBlock(ReadOnlyMemory<byte> body)
    {
        if (!Result(body).IsAccepted(out var result, out var refusal)
            || !ReadQuantity(result, "number").IsAccepted(out var number, out refusal)
            || !Text(result, "hash").IsAccepted(out var hash, out refusal)
            || !ReadQuantity(result, "timestamp").IsAccepted(out var seconds, out refusal))
        {
            return refusal;
        }

        return seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? new Block(number, hash.ToLowerInvariant(), DateTimeOffset.FromUnixTimeSeconds(seconds))
            : new Refusal(RefusalReason.Malformed, $"timestamp is {seconds}, which is no time in Unix seconds.");
    }

    /// <summary>What the contract answered: <c>0x</c> and hexadecimal digits in lower case.</summary>
    public static Outcome<string> ReadCall(ReadOnlyMemory<byte> body)
    {
        if (!Result(body).IsAccepted(out var result, out var refusal))
        {
            return refusal;
        }

        return result.ValueKind == JsonValueKind.String
            ? result.GetString()!.ToLowerInvariant()
            : new Refusal(RefusalReason.Malformed, $"result should be a string, not {result.ValueKind}.");
    }

    private static byte[] Request(string method, params JsonNode[] parameters) =>
        JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 1, ["method"] = method, ["params"] = new JsonArray(parameters) });

    private static Outcome<JsonElement> Result(ReadOnlyMemory<byte> body)
    {
        if (!JsonReading.Parse(body).IsAccepted(out var root, out var refusal))
        {
            return refusal;
        }

        return JsonReading.Member(root, "error").IsAccepted(out var error, out _)
            ? new Refusal(RefusalReason.RpcError, $"The node answered with an error: {Shortened(error.GetRawText())}")
            : JsonReading.Member(root, "result");
    }

    private static Outcome<string> Text(JsonElement parent, string name)
    {
        if (!JsonReading.Member(parent, name).IsAccepted(out var member, out var refusal))
        {
            return refusal;
        }

        return member.ValueKind == JsonValueKind.String
            ? member.GetString()!
            : new Refusal(RefusalReason.Malformed, $"{name} should be a string, not {member.ValueKind}.");
    }

    private static Outcome<long> ReadQuantity(JsonElement parent, string name)
    {
        if (!Text(parent, name).IsAccepted(out var text, out var refusal))
        {
            return refusal;
        }

        return text.StartsWith("0x", StringComparison.Ordinal)
            && long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            && number >= 0
                ? number
                : new Refusal(RefusalReason.Malformed, $"{name} is {Shortened(text)}, which is no quantity.");
    }

    private static string Shortened(string text) => text.Length <= 120 ? text : text[..120] + "…";
}
