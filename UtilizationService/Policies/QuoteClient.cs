using System.Net;
using Sure.Contracts.Calls;
using Sure.Contracts.Json;

namespace Sure.UtilizationService.Policies;

/// <summary>Asks QuoteService for the quote that is being bound.</summary>
internal sealed class QuoteClient(HttpClient client)
{
    /// <summary>The living quote; null when there is none (any more).</summary>
    /// <exception cref="Exception">QuoteService is away, so is binding: the exceptions of HTTP, of its time limit and of the circuit before it.</exception>
    public async Task<BindableQuote?> FindAsync(Guid quoteId, CancellationToken cancellationToken)
    {
        using var response = await client.GetAsync(new Uri($"{BindableQuote.Path}{quoteId}", UriKind.Relative), cancellationToken);
        return response.StatusCode == HttpStatusCode.NotFound
            ? null
            : await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<BindableQuote>(SureJson.Internal, cancellationToken);
    }
}
