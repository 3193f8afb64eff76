using System.Text.Json;
using Sure.BridgeService.Observations;

namespace Sure.BridgeService.Adapters.DefiLlama;

/// <summary>
/// Reads <c>GET /protocol/{slug}</c>:
/// <code>{"tvl":[{"date":1690848000,"totalLiquidityUSD":1}],"chainTvls":{"Ethereum":{"tvl":[{"date":1690848000,"totalLiquidityUSD":1}]}}}</code>
/// Both lists are in order of time; the last point is the present one.
/// </summary>
internal static class DefiLlamaTvl
{
    /// <summary>What the answer says of the bridge of <paramref name="protocol"/>.</summary>
    public static Outcome<BridgeObservation> Parse(ReadOnlyMemory<byte> body, DefiLlamaProtocol protocol, string source)
    {
        if (!LastPoint(body, protocol).IsAccepted(out var point, out var refusal)
            || !JsonReading.Decimal(point, "totalLiquidityUSD").IsAccepted(out var tvl, out refusal)
            || !JsonReading.UnixTime(point, "date").IsAccepted(out var observedAt, out refusal))
        {
            return refusal with { Detail = $"{protocol.Slug}: {refusal.Detail}" };
        }

        return new BridgeObservation(source, protocol.Bridge, observedAt, tvl);
    }

    private static Outcome<JsonElement> LastPoint(ReadOnlyMemory<byte> body, DefiLlamaProtocol protocol)
    {
        if (!JsonReading.Parse(body).IsAccepted(out var parent, out var refusal)
            || (protocol.Chain is { } chain
                && (!JsonReading.Member(parent, "chainTvls").IsAccepted(out parent, out refusal)
                    || !JsonReading.Member(parent, chain).IsAccepted(out parent, out refusal)))
            || !JsonReading.Member(parent, "tvl").IsAccepted(out var points, out refusal))
        {
            return refusal;
        }

        if (points.ValueKind != JsonValueKind.Array)
        {
            return new Refusal(RefusalReason.Malformed, $"tvl should be an array, not {points.ValueKind}.");
        }

        var count = points.GetArrayLength();
        return count > 0 ? points[count - 1] : new Refusal(RefusalReason.Missing, "tvl is empty.");
    }
}
