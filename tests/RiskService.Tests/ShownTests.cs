namespace Sure.RiskService.Tests;

/// <summary>Amounts in cents that still add up.</summary>
public sealed class ShownTests
{
    /// <summary>
    /// 1.005 + 2.996 + 3.009 = 7.01: rounded down 1.00 + 2.99 + 3.00 = 6.99, and of the two cents left one goes to 3.009, which lost 0.009, one
    /// to 2.996, which lost 0.006. Each rounded alone they would be 1.01 + 3.00 + 3.01 = 7.02.
    /// </summary>
    [Fact]
    public void Cents_that_are_left_go_to_those_that_lost_most() => Assert.Equal([1.00m, 3.00m, 3.01m], Shown.Parts([1.005, 2.996, 3.009], 7.01m));

    [Fact]
    public void Among_equals_they_go_to_the_first()
    {
        Assert.Equal([33.34m, 33.33m, 33.33m], Shown.Parts([100.0 / 3, 100.0 / 3, 100.0 / 3], 100m));
        // 0.012 is shown as 0.01.
        Assert.Equal([0.01m, 0m, 0m], Shown.Parts([0.004, 0.004, 0.004], 0.01m));
    }

    [Fact]
    public void What_has_no_parts_of_a_cent_stays_as_it_is()
    {
        Assert.Equal([0.29m, 0.58m, 1.13m], Shown.Parts([0.29, 0.58, 1.13], 2m));
        Assert.Empty(Shown.Parts([], 0m));
    }
}
