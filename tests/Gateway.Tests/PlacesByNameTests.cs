using Sure.Gateway.Limits;

namespace Sure.Gateway.Tests;

/// <summary>Nobody has more places than there are for a name, and what was given back can be taken again.</summary>
public sealed class PlacesByNameTests
{
    [Fact]
    public void Each_name_has_its_own_and_those_given_back_are_taken_again()
    {
        var places = new PlacesByName(2);
        var first = places.TryTake("a");
        using var second = places.TryTake("a");

        Assert.Equal((true, true, false, true), (first.IsTaken, second.IsTaken, places.TryTake("a").IsTaken, places.TryTake("b").IsTaken));

        first.Dispose();
        Assert.True(places.TryTake("a").IsTaken);
        Assert.False(places.TryTake("a").IsTaken);
    }

    [Fact]
    public void To_give_back_none_changes_nothing()
    {
        var places = new PlacesByName(1);
        using var only = places.TryTake("a");

        places.TryTake("a").Dispose();

        Assert.False(places.TryTake("a").IsTaken);
    }

    /// <summary>Every thread comes back to names that were forgotten a moment ago.</summary>
    [Fact]
    public void However_many_come_and_go_at_once_no_name_has_more_than_its_places_and_in_the_end_all_are_free()
    {
        const int Most = 3;
        string[] names = ["a", "b"];
        var places = new PlacesByName(Most);
        var held = new int[names.Length];
        var highest = 0;
        var taken = 0;

        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, thread =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                var name = (i + thread) % names.Length;
                using var place = places.TryTake(names[name]);
                if (place.IsTaken)
                {
                    InterlockedMax(ref highest, Interlocked.Increment(ref held[name]));
                    Interlocked.Increment(ref taken);
                    Interlocked.Decrement(ref held[name]);
                }
            }
        });

        Assert.InRange(highest, 1, Most);
        Assert.InRange(taken, 1, 160_000);
        Assert.All(names, name => Assert.Equal([true, true, true, false], Enumerable.Range(0, Most + 1).Select(_ => places.TryTake(name).IsTaken)));
    }

    private static void InterlockedMax(ref int highest, int value)
    {
        for (var seen = Volatile.Read(ref highest); value > seen;)
        {
            var before = Interlocked.CompareExchange(ref highest, value, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}
