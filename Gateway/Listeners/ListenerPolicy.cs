using Microsoft.AspNetCore.Routing.Matching;

namespace Sure.Gateway.Listeners;

/// <summary>Lets a request see only the endpoints of the listener it came in by; for it the others do not exist.</summary>
internal sealed class ListenerPolicy : MatcherPolicy, IEndpointSelectorPolicy
{
    /// <summary>Before every policy that might choose between endpoints.</summary>
    public override int Order => int.MinValue;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => true;

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        var isInternal = httpContext.IsInternal();
        for (var i = 0; i < candidates.Count; i++)
        {
            if (candidates.IsValidCandidate(i))
            {
                var isPublic = candidates[i].Endpoint.Metadata.GetMetadata<PublicEndpoint>() is not null;
                candidates.SetValidity(i, isPublic != isInternal);
            }
        }

        return Task.CompletedTask;
    }
}
