using Sure.UtilizationService.Claims;

namespace Sure.UtilizationService.Tests.Claims;

/// <summary>Which waiting claims bear what no tranche can.</summary>
public sealed class ClaimReductionTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// Oldest first 100, 100 of which 40 are short already, and 100 are waiting: 260 are owed. The newest loses up to 100, then the one before
    /// up to 60, then the oldest; of 300 there are 40 that nobody bears.
    /// </summary>
    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(0.01, 0, 0, 0.01)]
    [InlineData(100, 0, 0, 100)]
    [InlineData(130, 0, 30, 100)]
    [InlineData(200, 40, 60, 100)]
    [InlineData(300, 100, 60, 100)]
    public void The_newest_bears_first_and_nobody_more_than_is_owed(double shortfall, double oldest, double middle, double newest)
    {
        Claim[] waiting = [Waiting(100m, 0m), Waiting(100m, 40m), Waiting(100m, 0m)];

        var reductions = ClaimReduction.Of(waiting, (decimal)shortfall);

        Assert.Equal([oldest, middle, newest], waiting.Select(c => (double)reductions.Where(r => r.Claim == c).Sum(r => r.AmountUsd)));
        Assert.All(reductions, r => Assert.True(r.AmountUsd > 0));
    }

    [Fact]
    public void A_claim_that_is_reduced_to_nothing_ends_as_partially_paid()
    {
        var paid = Assert.Single(ClaimPayments.Payable([Waiting(100m, 100m)], cashUsd: 0, Now));

        Assert.Equal((ClaimStatus.PartiallyPaid, Now), (paid.Status, paid.PaidAt));
    }

    private static Claim Waiting(decimal payoutUsd, decimal shortfallUsd) => new(
        Guid.CreateVersion7(Now), Guid.CreateVersion7(Now), "x", ClaimStatus.Triggered, Now, PayoutFraction: 1, payoutUsd, shortfallUsd, "It happened.", "0x", Now, Now, PaidAt: null);
}
