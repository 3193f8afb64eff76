using Sure.BridgeService.Adapters;
using Sure.BridgeService.Adapters.Evm;

namespace Sure.BridgeService.Tests.Adapters;

public sealed class QuorumTests
{
    private static readonly Refusal Away = new(RefusalReason.Unreachable, "away");

    // Of 3 endpoints 2 must have reached the block, of 2 both, of 4 three.
    [Theory]
    [InlineData("100 98 50", 98)]
    [InlineData("50 100 100", 100)]
    [InlineData("100 90", 90)]
    [InlineData("100 99 98 97", 98)]
    [InlineData("100 - 98", 98)]
    public void Height_IsTheHighestThatAMajorityReached(string heads, long expected) => Assert.Equal(expected, Quorum.Height(Heads(heads)).Value);

    [Theory]
    [InlineData("100 - -")]
    [InlineData("100 -")]
    [InlineData("100 100 - -")]
    public void Height_WithoutAMajority_IsWhatKeptTheOthers(string heads) => Assert.Equal(Away, Quorum.Height(Heads(heads)).Refusal);

    [Theory]
    [InlineData("a a b", 2, "a")]
    [InlineData("a - a", 2, "a")]
    [InlineData("a a a b b", 3, "a")]
    public void Agree_AMajority_IsBelieved(string votes, int needed, string expected) => Assert.Equal(expected, Quorum.Agree(Votes(votes), needed).Value);

    [Theory]
    [InlineData("a b", 2, "Disagreement")]
    [InlineData("a b c", 2, "Disagreement")]
    [InlineData("a b -", 2, "Disagreement")]
    [InlineData("a -", 2, "Unreachable")]
    [InlineData("- -", 2, "Unreachable")]
    [InlineData("a", 2, "Disagreement")]
    [InlineData("", 2, "Disagreement")]
    public void Agree_NoMajority_IsRefused(string votes, int needed, string reason) =>
        Assert.Equal(reason, Quorum.Agree(Votes(votes), needed).Refusal!.Reason.ToString());

    private static Outcome<string>[] Votes(string votes) =>
        [.. votes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(v => v == "-" ? (Outcome<string>)Away : v)];

    private static Outcome<Block>[] Heads(string heads) =>
        [.. heads.Split(' ').Select(h => h == "-" ? (Outcome<Block>)Away : new Block(long.Parse(h), "0xab", DateTimeOffset.UnixEpoch))];
}
