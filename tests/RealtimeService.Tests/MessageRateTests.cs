using Microsoft.Extensions.Time.Testing;
using Sure.RealtimeService.Connections;
using static Sure.RealtimeService.Connections.MessageRate;

namespace Sure.RealtimeService.Tests;

/// <summary>How many messages a client may send.</summary>
public sealed class MessageRateTests
{
    [Fact]
    public void In_a_second_as_many_as_allowed_are_handled_as_many_again_are_errors_and_then_it_is_the_end()
    {
        var rate = new MessageRate(5, new FakeTimeProvider());

        var verdicts = Enumerable.Range(0, 12).Select(_ => rate.Count());

        Assert.Equal([.. Enumerable.Repeat(Verdict.Allowed, 5), .. Enumerable.Repeat(Verdict.Warned, 5), Verdict.Excessive, Verdict.Excessive], verdicts);
    }

    /// <summary>The second begins with the connection, and the next with the first message after it.</summary>
    [Fact]
    public void After_a_second_it_is_counted_anew_and_before_it_is_not()
    {
        var time = new FakeTimeProvider();
        var rate = new MessageRate(5, time);
        time.Advance(TimeSpan.FromMilliseconds(600));
        Assert.Equal(Enumerable.Repeat(Verdict.Allowed, 5), Count(5));

        time.Advance(TimeSpan.FromMilliseconds(399));
        Assert.Equal([Verdict.Warned], Count(1));
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal([.. Enumerable.Repeat(Verdict.Allowed, 5), Verdict.Warned], Count(6));

        time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Equal([Verdict.Warned], Count(1));
        time.Advance(TimeSpan.FromMilliseconds(2000));
        Assert.Equal([.. Enumerable.Repeat(Verdict.Allowed, 5), .. Enumerable.Repeat(Verdict.Warned, 5), Verdict.Excessive], Count(11));

        IReadOnlyList<Verdict> Count(int messages) => [.. Enumerable.Range(0, messages).Select(_ => rate.Count())];
    }
}
