namespace Sure.LocalHost.Tests;

public class PlatformGraphTests
{
    [Fact]
    public void Has_three_servers_one_database_and_six_services()
    {
        Assert.Equal(
            ["postgres", "platform", "cache", "messaging", "quoteservice", "riskservice", "bridgeservice", "utilizationservice", "realtimeservice", "gateway"],
            PlatformGraph.Resources.Select(r => r.Name));
    }

    [Theory]
    [InlineData("quoteservice", "platform cache messaging gateway utilizationservice bridgeservice riskservice")]
    [InlineData("riskservice", "platform messaging gateway utilizationservice bridgeservice")]
    [InlineData("bridgeservice", "platform messaging gateway")]
    [InlineData("utilizationservice", "platform cache messaging gateway quoteservice bridgeservice riskservice")]
    [InlineData("realtimeservice", "cache messaging gateway bridgeservice riskservice utilizationservice")]
    [InlineData("gateway", "platform cache messaging quoteservice riskservice bridgeservice utilizationservice realtimeservice")]
    public void Each_service_refers_to_what_it_needs(string service, string references)
    {
        Assert.Equal(references.Split(' '), PlatformGraph.Find(service).References);
    }

    [Fact]
    public void Every_reference_is_a_resource()
    {
        Assert.All(PlatformGraph.Resources.SelectMany(r => r.References), r => Assert.NotNull(PlatformGraph.Find(r)));
    }

    [Fact]
    public void Services_are_named_like_their_projects()
    {
        Assert.All(PlatformGraph.Services, s => Assert.Equal(s.Name, s.Project!.ToLowerInvariant()));
    }
}
