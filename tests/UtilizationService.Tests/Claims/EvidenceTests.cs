using System.Text.Json;
using System.Text.Json.Nodes;
using Sure.Contracts.Json;
using Sure.UtilizationService.Claims.Evidence;

namespace Sure.UtilizationService.Tests.Claims;

public sealed class EvidenceTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    /// <summary>By <c>printf '%064d\n{}' 0 | sha256sum</c>.</summary>
    [Fact]
    public void The_hash_is_over_the_one_before_and_the_body() => Assert.Equal(
        "5649d09ed68c17156095d175eef152856c5b1a81c117c409c1e00f096aa6838e",
        EvidenceChain.HashOf(EvidenceChain.Genesis, "{}"));

    [Fact]
    public void A_sound_chain_is_said_to_be_sound()
    {
        var chain = Chain(3);

        Assert.Equal((0, 3), (Verify(chain, out var said), said.Count));
        Assert.Contains("follows decision 2", said[2], StringComparison.Ordinal);
        Assert.Equal(0, Verify(new { items = chain.Reverse(), next_cursor = (string?)null }, out _));
        Assert.Equal(0, Verify(chain[1], out said));
        Assert.Contains("decision 1, which it follows, is not in the file", said[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_body_is_found()
    {
        var chain = Chain(3);
        chain[1].Body["payout_usd"] = "1000000";

        Assert.Equal(1, Verify(chain, out var said));
        Assert.Contains("its hash is not that of its body", said[1], StringComparison.Ordinal);
    }

    /// <summary>The second is told anew with a right hash of its own, which is not the one the third was built on.</summary>
    [Fact]
    public void A_decision_that_was_replaced_is_found()
    {
        var chain = Chain(3);
        chain[1] = Bundle(2, chain[0].Hash, new JsonObject { ["payout_usd"] = "0" });

        Assert.Equal(1, Verify(chain, out var said));
        Assert.Contains("does not follow decision 2", said[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("""{"number":1}""")]
    [InlineData("""{"number":1,"number":1}""")]
    [InlineData("""{"number":1,"claim_id":"00000001-0000-0000-0000-000000000000","previous_hash":"","hash":"","body":"\ud800"}""")]
    [InlineData("""{"number":1,"claim_id":"00000001-0000-0000-0000-000000000000","previous_hash":"","hash":"","body":1e400}""")]
    public void What_is_no_evidence_cannot_be_read(string text)
    {
        File.WriteAllText(_file, text);
        using var errors = new StringWriter();

        Assert.Equal(2, VerifyEvidence.Run(["verify-evidence", _file], TextWriter.Null, errors));
        Assert.NotEmpty(errors.ToString());
    }

    [Fact]
    public void Without_a_file_it_says_how_it_is_used()
    {
        Assert.True(VerifyEvidence.IsAsked(["verify-evidence"]));
        Assert.False(VerifyEvidence.IsAsked([]));
        Assert.Equal(2, VerifyEvidence.Run(["verify-evidence"], TextWriter.Null, TextWriter.Null));
        Assert.Equal(2, VerifyEvidence.Run(["verify-evidence", _file + ".missing"], TextWriter.Null, TextWriter.Null));
    }

    private static EvidenceBundle[] Chain(int length)
    {
        var chain = new List<EvidenceBundle>();
        for (var number = 1; number <= length; number++)
        {
            var body = new JsonObject { ["payout_usd"] = $"{number}00.5", ["at"] = 1697564800.123m, ["points"] = new JsonArray(1, 2) };
            chain.Add(Bundle(number, chain.LastOrDefault()?.Hash ?? EvidenceChain.Genesis, body));
        }

        return [.. chain];
    }

    private static EvidenceBundle Bundle(int number, string previousHash, JsonObject body) =>
        new(number, new Guid(number, 0, 0, new byte[8]), previousHash, EvidenceChain.HashOf(previousHash, CanonicalJson.Write(body)), body);

    private int Verify(object bundles, out IReadOnlyList<string> said)
    {
        File.WriteAllText(_file, JsonSerializer.Serialize(bundles, SureJson.Internal));
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = VerifyEvidence.Run(["verify-evidence", _file], output, errors);
        Assert.Empty(errors.ToString());
        said = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return code;
    }
}
