using Sure.Contracts.Consensus;

namespace Sure.Contracts.Tests;

public sealed class SampleTests
{
    [Fact]
    public void The_median_is_the_middle_or_the_mean_of_the_middle_two()
    {
        Assert.Equal(2m, Sample.Median([3m, 1m, 2m]));
        Assert.Equal(2.5m, Sample.Median([4m, 1m, 3m, 2m]));
        Assert.Equal(7m, Sample.Median([7m]));
    }

    /// <summary>Of 2 4 4 4 5 5 7 9 the mean is 5 and the population standard deviation 2, the textbook example: 0.4.</summary>
    [Fact]
    public void The_coefficient_of_variation_uses_the_population_deviation() =>
        Assert.Equal(0.4, Sample.CoefficientOfVariation([2m, 4m, 4m, 4m, 5m, 5m, 7m, 9m]), precision: 12);

    [Fact]
    public void Around_zero_nothing_varies() => Assert.Equal(0, Sample.CoefficientOfVariation([0m, 0m]));
}
