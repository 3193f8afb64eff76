using Microsoft.Extensions.Options;
using Sure.Gateway.Tests.Hosts;

namespace Sure.Gateway.Tests;

/// <summary>A span that makes no sense ends the gateway at start, by its name.</summary>
public sealed class SettingsTests
{
    [Theory]
    [InlineData("Gateway:SocketGrace", "-00:00:01", "SocketGrace must be between 00:00:00 and 00:01:00")]
    [InlineData("Gateway:ConnectTimeout", "00:00:00", "ConnectTimeout must be between 00:00:00.1000000 and 00:01:00")]
    [InlineData("Keys:Usable", "00:00:00", "Usable must be between 00:00:01 and 01:00:00")]
    [InlineData("Keys:LookupTimeout", "00:00:00", "LookupTimeout must be between 00:00:00.0100000 and 00:01:00")]
    public async Task A_span_out_of_bounds_is_refused_by_name(string key, string value, string named)
    {
        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => GatewayHost.StartAsync("Host=127.0.0.1;Port=1", new() { [key] = value }));

        Assert.Contains(named, fault.Message, StringComparison.Ordinal);
    }

    /// <summary>The framework's middleware for it would take the address from whoever asks, before limits and admin networks look at it.</summary>
    [Fact]
    public async Task Whoever_believes_every_client_about_its_address_does_not_start()
    {
        var fault = await Assert.ThrowsAsync<OptionsValidationException>(
            () => GatewayHost.StartAsync("Host=127.0.0.1;Port=1", new() { ["ForwardedHeaders_Enabled"] = "true" }));

        Assert.Contains("Gateway:TrustedProxies", fault.Message, StringComparison.Ordinal);
    }
}
