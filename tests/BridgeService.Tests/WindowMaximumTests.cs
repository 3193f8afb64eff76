using Sure.BridgeService.Statistics;

namespace Sure.BridgeService.Tests;

public sealed class WindowMaximumTests
{
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
