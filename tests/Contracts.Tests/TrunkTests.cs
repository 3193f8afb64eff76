using Sure.Contracts.Calls;

namespace Sure.Contracts.Tests;

public sealed class TrunkTests
{
    [Fact]
    public void A_part_has_its_length_the_count_of_streams_their_numbers_and_the_bytes()
    {
        var part = new byte[Trunk.LengthOf(streams: 2, bytes: 3)];

        Trunk.Write(part, [1, 0x01020304], "abc"u8);

        // 4 for the count, twice 4 for the numbers, 3 bytes: 15.
        Assert.Equal([15, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 4, 3, 2, 1, (byte)'a', (byte)'b', (byte)'c'], part);
        Assert.Equal((19, 2), Trunk.ReadHead(part));
        Assert.Equal((1u, 0x01020304u), (Trunk.ReadStream(part, 0), Trunk.ReadStream(part, 1)));
    }

    [Fact]
    public void A_credit_has_the_number_of_its_stream_and_what_was_taken()
    {
        var credit = new byte[Trunk.CreditLength];

        Trunk.WriteCredit(credit, stream: 7, taken: 32_768);

        Assert.Equal([7, 0, 0, 0, 0, 128, 0, 0], credit);
        Assert.Equal((7u, 32_768), Trunk.ReadCredit(credit));
    }

    [Fact]
    public void A_stream_is_found_by_its_name()
    {
        var id = Guid.Parse("0192f0c1-2345-7abc-8def-0123456789ab");

        Assert.Equal("0192f0c123457abc8def0123456789ab/4294967295", Trunk.NameOf(id, uint.MaxValue));
        Assert.True(Trunk.TryParse("0192f0c123457abc8def0123456789ab/4294967295", out var trunk, out var stream));
        Assert.Equal((id, uint.MaxValue), (trunk, stream));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0192f0c123457abc8def0123456789ab")]
    [InlineData("0192f0c123457abc8def0123456789ab/")]
    [InlineData("0192f0c123457abc8def0123456789ab/-1")]
    [InlineData("0192f0c123457abc8def0123456789ab/ 1")]
    [InlineData("0192f0c123457abc8def0123456789ab/4294967296")]
    [InlineData("0192f0c123457abc8def0123456789ab/1/2")]
    [InlineData("0192f0c1-2345-7abc-8def-0123456789ab/1")]
    public void What_is_no_name_of_a_stream_is_refused(string? name) => Assert.False(Trunk.TryParse(name, out _, out _));
}
