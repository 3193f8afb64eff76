using System.Numerics;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Sure.Contracts.Json;
using Sure.UtilizationService.Vault;

namespace Sure.UtilizationService.Tests.Vault;

/// <summary>Counting and valuing shares.</summary>
public sealed class SharesTests
{
    [Theory]
    [InlineData("0", "0.000000000000000000")]
    [InlineData("12.5", "12.500000000000000000")]
    [InlineData("99999999999999999999.999999999999999999", "99999999999999999999.999999999999999999")]
    [InlineData("0.000000000000000001", "0.000000000000000001")]
    public void A_number_of_shares_is_read_and_written_exactly(string text, string written) => Assert.Equal(written, Shares.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1e3")]
    [InlineData(" 1")]
    [InlineData("1\n")]
    [InlineData("1.")]
    [InlineData(".5")]
    [InlineData("1,5")]
    [InlineData("٣")]
    [InlineData("0.0000000000000000001")]
    [InlineData("100000000000000000000")]
    public void What_is_no_number_of_shares_is_not_read(string text) => Assert.False(Shares.TryParse(text, out _));

    [Fact]
    public void Shares_are_strings_on_the_wire()
    {
        Assert.Equal("\"1.500000000000000000\"", JsonSerializer.Serialize(Shares.Parse("1.5"), SureJson.Internal));
        Assert.Equal(Shares.Parse("1.5"), JsonSerializer.Deserialize<Shares>("\"1.5\"", SureJson.Internal));
        Assert.Contains("must be a string", Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Shares>("1.5", SureJson.Internal)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Shares_that_go_are_negative() => Assert.Equal("-0.500000000000000000", (-Shares.Parse("0.5")).ToString());

    /// <summary>2 000 USD over 1 500 shares: 100 USD mint 75 shares; 1.00 USD burns 0.75; a third of a share is worth 0.444… USD.</summary>
    [Fact]
    public void Movements_are_at_net_asset_value_rounded_against_who_moves()
    {
        var value = new NetAssetValue(2_000m, Shares.Parse("1500"));

        Assert.Equal("1.333333333333333333", value.SharePrice);
        Assert.Equal(Shares.Parse("75"), value.Minted(100m));
        Assert.Equal(Shares.Parse("0.75"), value.Burnt(1m));
        Assert.Equal(0.44m, value.ValueUsd(Shares.Parse("0.333333333333333333")));
        // 0.01 USD is 0.0075 shares; of three dollars a share neither way is exact.
        var thirds = new NetAssetValue(3m, Shares.Parse("1"));
        Assert.Equal(Shares.Parse("0.333333333333333333"), thirds.Minted(1m));
        Assert.Equal(Shares.Parse("0.333333333333333334"), thirds.Burnt(1m));
    }

    [Fact]
    public void The_first_share_costs_a_dollar()
    {
        var empty = new NetAssetValue(0, Shares.Zero);

        Assert.Equal(("1.000000000000000000", Shares.Parse("100.01"), 0m), (empty.SharePrice, empty.Minted(100.01m), empty.ValueUsd(Shares.Zero)));
    }

    /// <summary>Where <see cref="decimal"/> would overflow or round: 10¹⁵ USD over 10¹⁹ shares.</summary>
    [Fact]
    public void The_largest_figures_are_exact()
    {
        var value = new NetAssetValue(999_999_999_999_999.99m, Shares.Parse("9999999999999999999.000000000000000001"));

        Assert.Equal(value.CapitalUsd, value.ValueUsd(value.Total));
        Assert.Equal(value.Total, value.Burnt(value.CapitalUsd));
        Assert.Equal(value.Total, value.Minted(value.CapitalUsd));
    }

    [Fact]
    public void Coming_and_going_at_once_makes_no_money() => Prop.ForAll((PositiveInt capital, PositiveInt total, PositiveInt amount) =>
    {
        var before = new NetAssetValue(capital.Get / 100m, Shares.OfUnits(total.Get * BigInteger.Pow(10, 9)));
        var paid = amount.Get / 100m;
        var minted = before.Minted(paid);
        return new NetAssetValue(before.CapitalUsd + paid, before.Total + minted).ValueUsd(minted) <= paid;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_is_paid_out_never_burns_more_than_is_held() => Prop.ForAll((PositiveInt capital, PositiveInt total, PositiveInt held) =>
    {
        var value = new NetAssetValue(capital.Get / 100m, Shares.OfUnits(total.Get * BigInteger.Pow(10, 12)));
        var own = Shares.OfUnits(value.Total.Units * held.Get / int.MaxValue);
        var worth = value.ValueUsd(own);
        return worth == 0 || value.Burnt(worth) <= own;
    }).QuickCheckThrowOnFailure();

    /// <summary>Four holders come and go in any order; a move is (who, what share of a dollar amount or of the holding, which way).</summary>
    [Fact]
    public void No_sequence_of_movements_makes_money_or_takes_it_from_others() => Prop.ForAll((Tuple<byte, ushort, byte>[] moves, PositiveInt gain) =>
    {
        var (capital, total) = (0m, Shares.Zero);
        var held = new Shares[4];
        var (put, taken, gained) = (new decimal[4], new decimal[4], 0m);
        foreach (var (whoSeed, size, way) in moves.Select(m => (m.Item1, m.Item2, m.Item3)))
        {
            var (who, value) = (whoSeed % 4, new NetAssetValue(capital, total));
            var before = held.Select(value.ValueUsd).ToArray();
            var (amount, shares) = Move(value, held[who], size, way);
            (capital, total, held[who]) = (capital + amount, total + shares, held[who] + shares);
            put[who] += Math.Max(0, amount);
            taken[who] += Math.Max(0, -amount);
            var after = new NetAssetValue(capital, total);
            for (var other = 0; other < 4; other++)
            {
                Assert.True(other == who || after.ValueUsd(held[other]) >= before[other], $"{amount} of {who} cost {other}.");
            }

            Assert.True(capital >= 0 && held[who] >= Shares.Zero);
            Assert.Equal(total, held.Aggregate(Shares.Zero, (sum, h) => sum + h));
            // A gain of the tranche now and then makes prices that do not divide.
            if (way % 5 == 4 && total > Shares.Zero)
            {
                capital += gain.Get % 1000 / 100m;
                gained += gain.Get % 1000 / 100m;
            }
        }

        Assert.True(taken.Sum() <= put.Sum() + gained);
        Assert.Equal(put.Sum() + gained - taken.Sum(), capital);
        for (var who = 0; who < 4 && gained == 0; who++)
        {
            Assert.True(taken[who] <= put[who]);
        }
    }).QuickCheckThrowOnFailure();

    private static (decimal AmountUsd, Shares Shares) Move(NetAssetValue value, Shares held, ushort size, byte way)
    {
        switch (way % 3)
        {
            case 0:
                var paid = (size + 1) / 100m;
                return (paid, value.Minted(paid));
            case 1:
                var part = Shares.OfUnits(held.Units * size / ushort.MaxValue);
                return (-value.ValueUsd(part), value.ValueUsd(part) == 0 ? Shares.Zero : -part);
            default:
                var amount = Math.Round(value.ValueUsd(held) * size / ushort.MaxValue, 2, MidpointRounding.ToZero);
                return (-amount, amount == 0 ? Shares.Zero : -value.Burnt(amount));
        }
    }
}
