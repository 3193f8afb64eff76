using System.Numerics;

namespace Sure.BridgeService.Tests.Adapters;

/// <summary>Answers of contracts, written by hand: 64 hexadecimal digits a word.</summary>
internal static class Words
{
    /// <summary>Phase 6, round 1234 of an aggregator: 6 · 2⁶⁴ + 1234.</summary>
    public static readonly BigInteger RoundId = (6 * BigInteger.Pow(2, 64)) + 1234;

    public static string Of(params BigInteger[] words) =>
        "0x" + string.Concat(words.Select(w => (w < 0 ? w + BigInteger.Pow(2, 256) : w).ToString("x65")[^64..]));

    /// <summary>What <c>latestRoundData()</c> answers.</summary>
    public static string Round(BigInteger answer, long updatedAt, BigInteger? answeredInRound = null, long? startedAt = null) =>
        Of(RoundId, answer, startedAt ?? updatedAt, updatedAt, answeredInRound ?? RoundId);
}
