using System.Text;
using Sure.RealtimeService.Channels;
using Sure.RealtimeService.Protocol;

namespace Sure.RealtimeService.Tests;

public sealed class ClientRequestTests
{
    [Fact]
    public void What_clients_may_say_is_understood()
    {
        Assert.Equal(new ClientRequest.Subscribe(Channel.BridgeHealth, Since: null, Epoch: null), Parse("""{"action":"subscribe","channel":"bridge_health"}"""));
        Assert.Equal(new ClientRequest.Subscribe(Channel.TrancheApy, 12, "e"), Parse("""{"action":"subscribe","channel":"tranche_apy","since":12,"epoch":"e"}"""));
        Assert.Equal(new ClientRequest.Unsubscribe(Channel.RiskAlerts), Parse("""{"action":"unsubscribe","channel":"risk_alerts"}"""));
        Assert.Equal(new ClientRequest.Ping(), Parse("""{"action":"ping","channel":17}"""));
        Assert.Equal(new ClientRequest.Authenticate("secret"), Parse("""{"action":"authenticate","token":"secret"}"""));
        Assert.Equal(new ClientRequest.WrongChannel("weather"), Parse("""{"action":"subscribe","channel":"weather"}"""));
    }

    [Theory]
    [InlineData("{", "invalid_json")]
    [InlineData("", "invalid_json")]
    [InlineData("""{"action":"\ud800"}""", "invalid_json")]
    [InlineData("""{"\ud800ction":"ping"}""", "invalid_json")]
    [InlineData("""{"action":"subscribe","channel":"\udc00"}""", "invalid_json")]
    [InlineData("[]", "invalid_message")]
    [InlineData("null", "invalid_message")]
    [InlineData("{}", "invalid_message")]
    [InlineData("""{"action":5}""", "invalid_message")]
    [InlineData("""{"action":"dance"}""", "unknown_action")]
    [InlineData("""{"action":"subscribe"}""", "invalid_message")]
    [InlineData("""{"action":"authenticate"}""", "invalid_message")]
    [InlineData("""{"action":"subscribe","channel":"tranche_apy","since":1,"epoch":2}""", "invalid_message")]
    [InlineData("""{"action":"subscribe","channel":"tranche_apy","since":-1}""", "invalid_message")]
    [InlineData("""{"action":"subscribe","channel":"tranche_apy","since":1.5}""", "invalid_message")]
    [InlineData("""{"action":"subscribe","channel":"tranche_apy","since":"1"}""", "invalid_message")]
    public void Anything_else_is_an_error_with_its_code(string text, string code) =>
        Assert.Equal(code, Assert.IsType<ClientRequest.Invalid>(Parse(text)).Code);

    [Fact]
    public void A_token_is_not_part_of_what_is_printed() =>
        Assert.DoesNotContain("secret", new ClientRequest.Authenticate("secret").ToString(), StringComparison.Ordinal);

    [Fact]
    public void Nesting_without_end_is_an_error() =>
        Assert.IsType<ClientRequest.Invalid>(Parse(new string('[', 60_000)));

    private static ClientRequest Parse(string text) => ClientRequest.Parse(Encoding.UTF8.GetBytes(text));
}
