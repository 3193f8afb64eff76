using Microsoft.AspNetCore.Routing.Matching;

namespace Sure.Gateway.Listeners;

/// <summary>
/// Lets a request see only the endpoints of the listener it came in by; for it the others do not exist. It divides them before any other
/// policy, so that what refuses a method or a type of content on one listener says nothing of the other.
/// </summary>
internal sealed class ListenerPolicy : MatcherPolicy, INodeBuilderPolicy
{
    public override int Order => int.MinValue;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => true;

    public IReadOnlyList<PolicyNodeEdge> GetEdges(IReadOnlyList<Endpoint> endpoints) =>
        [.. endpoints.ToLookup(IsInternal).Select(listener => new PolicyNodeEdge(listener.Key, [.. listener]))];

    public PolicyJumpTable BuildJumpTable(int exitDestination, IReadOnlyList<PolicyJumpTableEdge> edges)
    {
        return new ListenerTable(DestinationOf(isInternal: true), DestinationOf(isInternal: false));

        int DestinationOf(bool isInternal) => edges.Where(e => (bool)e.State == isInternal).Select(e => e.Destination).DefaultIfEmpty(exitDestination).Single();
    }

    private static bool IsInternal(Endpoint endpoint) => endpoint.Metadata.GetMetadata<PublicEndpoint>() is null;

    private sealed class ListenerTable(int internally, int publicly) : PolicyJumpTable
    {
        public override int GetDestination(HttpContext httpContext) => httpContext.IsInternal() ? internally : publicly;
    }
}
