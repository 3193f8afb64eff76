using System.Globalization;
using System.Text.Json.Nodes;
using Sure.UtilizationService.Claims.Evidence;

namespace Sure.UtilizationService.Tests.Claims;

public sealed class CanonicalJsonTests
{
    /// <summary>RFC 8785, 3.2.2 and 3.2.3, and the test data its author publishes with it.</summary>
    [Theory]
    [InlineData(
        """{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}""",
        """{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}""")]
    [InlineData(
        """{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}""",
        "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}")]
    [InlineData(
        """{"1":{"f":{"f":"hi","F":5},"\n":56.0},"10":{},"":"empty","a":{},"111":[{}],"A":{}}""",
        """{"":"empty","1":{"\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{}],"A":{},"a":{}}""")]
    [InlineData("""[56,{"d":true,"10":null,"1":[]}]""", """[56,{"1":[],"10":null,"d":true}]""")]
    [InlineData(" null ", "null")]
    public void Published_examples_come_out_as_published(string given, string expected) =>
        Assert.Equal(expected, CanonicalJson.Write(JsonNode.Parse(given)));

    /// <summary>RFC 8785, appendix B: IEEE 754 bits and their spelling.</summary>
    [Theory]
    [InlineData("0000000000000000", "0")]
    [InlineData("8000000000000000", "0")]
    [InlineData("0000000000000001", "5e-324")]
    [InlineData("8000000000000001", "-5e-324")]
    [InlineData("7fefffffffffffff", "1.7976931348623157e+308")]
    [InlineData("ffefffffffffffff", "-1.7976931348623157e+308")]
    [InlineData("4340000000000000", "9007199254740992")]
    [InlineData("c340000000000000", "-9007199254740992")]
    [InlineData("4430000000000000", "295147905179352830000")]
    [InlineData("44b52d02c7e14af5", "9.999999999999997e+22")]
    [InlineData("44b52d02c7e14af6", "1e+23")]
    [InlineData("44b52d02c7e14af7", "1.0000000000000001e+23")]
    [InlineData("444b1ae4d6e2ef4e", "999999999999999700000")]
    [InlineData("444b1ae4d6e2ef4f", "999999999999999900000")]
    [InlineData("444b1ae4d6e2ef50", "1e+21")]
    [InlineData("3eb0c6f7a0b5ed8c", "9.999999999999997e-7")]
    [InlineData("3eb0c6f7a0b5ed8d", "0.000001")]
    [InlineData("41b3de4355555553", "333333333.3333332")]
    [InlineData("41b3de4355555554", "333333333.33333325")]
    [InlineData("41b3de4355555555", "333333333.3333333")]
    [InlineData("41b3de4355555556", "333333333.3333334")]
    [InlineData("41b3de4355555557", "333333333.33333343")]
    [InlineData("becbf647612f3696", "-0.0000033333333333333333")]
    [InlineData("43143ff3c1cb0959", "1424953923781206.2")]
    public void Numbers_are_spelled_as_in_the_appendix(string bits, string expected) =>
        Assert.Equal(
            expected,
            CanonicalJson.Write(JsonValue.Create(BitConverter.Int64BitsToDouble(long.Parse(bits, NumberStyles.HexNumber, CultureInfo.InvariantCulture)))));

    [Fact]
    public void What_is_canonical_stays_as_it_is()
    {
        const string Canonical = """{"a":["0.97",1,{"b":null}],"z":"\u0001"}""";

        Assert.Equal(Canonical, CanonicalJson.Write(JsonNode.Parse(Canonical)));
        Assert.Equal("\"2026-01-05T12:00:00+00:00\"", CanonicalJson.Write(JsonValue.Create(Series.Start)));
    }

    [Fact]
    public void A_member_that_is_canonical_already_stands_where_it_belongs() => Assert.Equal(
        """{"a":1,"b":[{"x":"1"}],"c":null}""",
        CanonicalJson.Write(new JsonObject { ["c"] = null, ["a"] = 1 }, "b", """[{"x":"1"}]"""));

    [Fact]
    public void A_number_beyond_a_double_is_refused() => Assert.Throws<ArgumentException>(() => CanonicalJson.Write(JsonNode.Parse("1e400")));
}
