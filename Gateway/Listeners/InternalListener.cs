namespace Sure.Gateway.Listeners;

/// <summary>
/// Marks the connections that came in by the internal listener. The mark belongs to the connection, so nothing a client sends can put
/// it there; a connection without it is a public one.
/// </summary>
internal sealed class InternalListener
{
    public static InternalListener Mark { get; } = new();
}

/// <summary>Marks an endpoint that the public listener serves; all others are served by the internal one only.</summary>
internal sealed class PublicEndpoint
{
    public static PublicEndpoint Mark { get; } = new();
}

/// <summary>Reads the marks.</summary>
internal static class ListenerMarks
{
    /// <summary>Whether the request came in by the internal listener.</summary>
    public static bool IsInternal(this HttpContext context) => context.Features.Get<InternalListener>() is not null;

    /// <summary>Serves these endpoints on the public listener and only there.</summary>
    public static TBuilder OnPublicListener<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder => endpoints.WithMetadata(PublicEndpoint.Mark);
}
