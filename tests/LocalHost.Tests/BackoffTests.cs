namespace Sure.LocalHost.Tests;

public class BackoffTests
{
    [Fact]
    public void Doubles_from_half_a_second_to_ten()
    {
        var backoff = new Backoff();

        var waits = Enumerable.Range(0, 7).Select(_ => backoff.After(TimeSpan.FromSeconds(1)).TotalSeconds);

        Assert.Equal([0.5, 1, 2, 4, 8, 10, 10], waits);
    }

    [Fact]
    public void Begins_anew_after_thirty_seconds_up()
    {
        var backoff = new Backoff();
        for (var i = 0; i < 5; i++)
        {
            backoff.After(TimeSpan.FromSeconds(29.9));
        }

        Assert.Equal([0.5, 1], [backoff.After(TimeSpan.FromSeconds(30)).TotalSeconds, backoff.After(TimeSpan.Zero).TotalSeconds]);
    }
}
