using Sure.BridgeService.Statistics;

namespace Sure.BridgeService.Tests;

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

    [Fact]
    public void The_maximum_of_a_window_forgets_what_is_older()
    {
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var window = TimeSpan.FromMinutes(60);
        var maximum = WindowMaximum.Empty;
        foreach (var (minute, value) in new[] { (0, 100m), (10, 80m), (20, 90m), (61, 70m) })
        {
            maximum = maximum.With(new TimedValue(start.AddMinutes(minute), value), window);
        }

        // The 100 of minute 0 is 61 minutes old; the 80 was passed by the 90 after it.
        Assert.Equal(90m, maximum.Since(start.AddMinutes(1))!.Value);
        Assert.Equal(70m, maximum.Since(start.AddMinutes(30))!.Value);
        Assert.Null(maximum.Since(start.AddMinutes(62)));
    }
}
