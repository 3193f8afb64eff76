using Sure.Contracts.Calls;
using Sure.Contracts.Json;

namespace Sure.RiskService.Exposures;

/// <summary>Asks UtilizationService for the whole book.</summary>
internal sealed class BookClient(HttpClient client)
{
    /// <exception cref="HttpRequestException">UtilizationService does not answer.</exception>
    public async Task<Book> ReadAsync(CancellationToken cancellationToken) =>
        await client.GetFromJsonAsync<Book>(new Uri(Book.Path, UriKind.Relative), SureJson.Internal, cancellationToken)
        ?? throw new InvalidOperationException("UtilizationService answered no book.");
}
