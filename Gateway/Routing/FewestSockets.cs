using System.Runtime.CompilerServices;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace Sure.Gateway.Routing;

/// <summary>
/// Gives a client to the instance that has the fewest WebSockets by this gateway. The proxy's own policies count requests under way, and the
/// request for a WebSocket is over when it is agreed on.
/// </summary>
internal sealed class FewestSockets : ILoadBalancingPolicy
{
    private readonly ConditionalWeakTable<DestinationState, Count> _open = [];
    private uint _turn;

    public string Name => nameof(FewestSockets);

    public DestinationState? PickDestination(HttpContext context, ClusterState cluster, IReadOnlyList<DestinationState> availableDestinations)
    {
        var fewest = availableDestinations.GroupBy(d => _open.GetOrCreateValue(d).Sockets + d.ConcurrentRequestCount).MinBy(g => g.Key)?.ToList();
        // Those that have as few take turns.
        return fewest?[(int)(Interlocked.Increment(ref _turn) % (uint)fewest.Count)];
    }

    /// <summary>Counts a WebSocket of an instance until what this returns is disposed of.</summary>
    public IDisposable Open(DestinationState instance)
    {
        var count = _open.GetOrCreateValue(instance);
        Interlocked.Increment(ref count.Sockets);
        return count;
    }

    private sealed class Count : IDisposable
    {
        public int Sockets;

        public void Dispose() => Interlocked.Decrement(ref Sockets);
    }
}
