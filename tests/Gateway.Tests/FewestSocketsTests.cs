using Microsoft.AspNetCore.Http;
using Sure.Gateway.Routing;
using Yarp.ReverseProxy.Model;

namespace Sure.Gateway.Tests;

/// <summary>Which instance a client that asks for a WebSocket is given to.</summary>
public sealed class FewestSocketsTests
{
    private readonly DestinationState _one = new("one");
    private readonly DestinationState _other = new("other");
    private readonly FewestSockets _sockets = new();

    [Fact]
    public void The_instance_with_the_fewest_open_sockets_gets_the_next()
    {
        var held = _sockets.Open(_one);
        Assert.Equal(_other, Pick(_one, _other));
        _sockets.Open(_other);
        _sockets.Open(_other);
        Assert.Equal(_one, Pick(_one, _other));

        held.Dispose();
        _sockets.Open(_one);
        _sockets.Open(_one);
        _sockets.Open(_one);
        Assert.Equal(_other, Pick(_one, _other));
    }

    [Fact]
    public void Those_that_have_as_few_take_turns()
    {
        var picked = Enumerable.Range(0, 4).Select(_ => Pick(_one, _other)).ToList();

        Assert.Equal((2, 2), (picked.Count(d => d == _one), picked.Count(d => d == _other)));
    }

    [Fact]
    public void Where_none_is_available_there_is_none() => Assert.Null(Pick());

    private DestinationState? Pick(params DestinationState[] available) => _sockets.PickDestination(new DefaultHttpContext(), new ClusterState("realtimeservice"), available);
}
