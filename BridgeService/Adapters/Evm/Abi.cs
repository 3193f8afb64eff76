using System.Buffers;
using System.Numerics;
using System.Text;

namespace Sure.BridgeService.Adapters.Evm;

/// <summary>A call of a contract that changes nothing.</summary>
/// <param name="To">The contract: <c>0x</c> and 40 hexadecimal digits.</param>
/// <param name="Data">Selector and arguments: <c>0x</c> and hexadecimal digits.</param>
internal sealed record EthCall(string To, string Data);

/// <summary>The part of the contract ABI that the adapters speak: words of 32 bytes, the highest first.</summary>
internal static class Abi
{
    private const int WordBytes = 32;
    private const int SelectorBytes = 4;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    private static readonly string BalanceOfSelector = Selector("balanceOf(address)");
    private static readonly string DecimalsSelector = Selector("decimals()");
    private static readonly string LatestRoundDataSelector = Selector("latestRoundData()");
    private static readonly string PausedSelector = Selector("paused()");

    /// <summary><c>0x</c> and the first four bytes of the hash of a function's signature.</summary>
    public static string Selector(string signature) =>
        "0x" + Convert.ToHexStringLower(Keccak256.Hash(Encoding.ASCII.GetBytes(signature)).AsSpan(0, SelectorBytes));

    /// <summary>What <paramref name="holder"/> has of <paramref name="token"/>.</summary>
    public static EthCall BalanceOf(string token, string holder) => new(token, BalanceOfSelector + holder[2..].ToLowerInvariant().PadLeft(2 * WordBytes, '0'));

    /// <summary>How many digits of its numbers are decimals.</summary>
    public static EthCall Decimals(string contract) => new(contract, DecimalsSelector);

    /// <summary>The newest round of a Chainlink feed.</summary>
    public static EthCall LatestRoundData(string feed) => new(feed, LatestRoundDataSelector);

    /// <summary>Whether a contract is paused.</summary>
    public static EthCall Paused(string contract) => new(contract, PausedSelector);

    /// <summary>An answer of exactly <paramref name="count"/> words, each as a number ≥ 0.</summary>
    /// <param name="data">Of <c>eth_call</c>: <c>0x</c> and hexadecimal digits.</param>
    /// <param name="count">How many words the function returns.</param>
    public static Outcome<BigInteger[]> Words(string data, int count)
    {
        if (data == "0x")
        {
            return new Refusal(RefusalReason.NoContract, "The answer is empty: there is no contract.");
        }

        if (!data.StartsWith("0x", StringComparison.Ordinal) || data.Length != 2 + (2 * WordBytes * count) || !data.AsSpan(2).ContainsOnlyHex())
        {
            return new Refusal(RefusalReason.Malformed, $"An answer of {data.Length} characters is not {count} words of {WordBytes} bytes.");
        }

        var bytes = Convert.FromHexString(data.AsSpan(2));
        return Enumerable.Range(0, count)
            .Select(i => new BigInteger(bytes.AsSpan(WordBytes * i, WordBytes), isUnsigned: true, isBigEndian: true)).ToArray();
    }

    /// <summary>An answer of one word.</summary>
    public static Outcome<BigInteger> Word(string data) => Words(data, 1).IsAccepted(out var words, out var refusal) ? words[0] : refusal;

    /// <summary>An answer of one truth value; a word other than 0 and 1 is refused.</summary>
    public static Outcome<bool> Boolean(string data)
    {
        if (!Word(data).IsAccepted(out var word, out var refusal))
        {
            return refusal;
        }

        return word <= BigInteger.One ? word.IsOne : new Refusal(RefusalReason.Malformed, $"{word} is no truth value.");
    }

    /// <summary>A word read as <c>int256</c>, in two's complement.</summary>
    public static BigInteger Signed(BigInteger word) => word >> ((8 * WordBytes) - 1) == 0 ? word : word - BigInteger.Pow(2, 8 * WordBytes);

    private static bool ContainsOnlyHex(this ReadOnlySpan<char> digits) => !digits.ContainsAnyExcept(HexDigits);
}
