namespace Sure.ServiceDefaults.Identity;

/// <summary>Says who calls where another service is asked for what only services may ask for. The public keys of the gateway are for all.</summary>
internal sealed class ServiceCallHandler(ServiceTokens tokens) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // The name, before it is resolved to the address of an instance.
        if (request.RequestUri is { IsAbsoluteUri: true } uri
            && uri.AbsolutePath.StartsWith(ServiceTokens.PathPrefix, StringComparison.Ordinal)
            && uri.AbsolutePath != InternalToken.KeysPath
            && tokens.For(uri.Host) is { } token)
        {
            request.Headers.Remove(InternalToken.ServiceHeader);
            request.Headers.TryAddWithoutValidation(InternalToken.ServiceHeader, token);
        }

        return base.SendAsync(request, cancellationToken);
    }
}
