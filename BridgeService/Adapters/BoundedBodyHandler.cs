namespace Sure.BridgeService.Adapters;

/// <summary>
/// Reads the whole answer, up to a limit, inside the attempt: so the attempt's timeout covers a body that trickles, and a body that breaks
/// off is tried again like a connection that does.
/// </summary>
/// <param name="maxBytes">A longer answer fails with <see cref="HttpRequestError.ConfigurationLimitExceeded"/>.</param>
internal sealed class BoundedBodyHandler(int maxBytes) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        try
        {
            await response.Content.LoadIntoBufferAsync(maxBytes, cancellationToken);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }
}
