using Microsoft.Extensions.Primitives;
using Microsoft.Extensions.ServiceDiscovery;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace Sure.Gateway.Routing;

/// <summary>Replaces a service's name by its instances, as <c>services:{name}:http:{n}</c> or the name server has them.</summary>
internal sealed class ServiceDestinations(ServiceEndpointResolver resolver) : IDestinationResolver
{
    public async ValueTask<ResolvedDestinationCollection> ResolveDestinationsAsync(
        IReadOnlyDictionary<string, DestinationConfig> destinations, CancellationToken cancellationToken)
    {
        var resolved = new Dictionary<string, DestinationConfig>(StringComparer.OrdinalIgnoreCase);
        var changes = new List<IChangeToken>();
        foreach (var destination in destinations.Values)
        {
            var service = new Uri(destination.Address);
            var found = await resolver.GetEndpointsAsync(service.GetLeftPart(UriPartial.Authority), cancellationToken);
            changes.Add(found.ChangeToken);
            foreach (var endpoint in found.Endpoints)
            {
                var address = AddressOf(service, endpoint);
                resolved[$"{service.Host} {address.Authority}"] = destination with { Address = address.ToString() };
            }
        }

        return new ResolvedDestinationCollection(resolved, new CompositeChangeToken(changes));
    }

    private static Uri AddressOf(Uri service, ServiceEndpoint endpoint)
    {
        var text = endpoint.ToString()!;
        var instance = new Uri(text.Contains("://", StringComparison.Ordinal) ? text : $"{service.Scheme}://{text}");
        return new UriBuilder(service.Scheme, instance.Host, instance.Port).Uri;
    }
}
