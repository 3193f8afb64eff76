using System.Net;
using Microsoft.AspNetCore.Mvc;
using Sure.Contracts.Calls;
using Sure.Gateway.Audit;
using Sure.ServiceDefaults.Identity;
using Sure.ServiceDefaults.Problems;

namespace Sure.Gateway.Callers;

/// <summary>Where services ask about tokens that came by another way than a request; on the internal listener only.</summary>
internal static class TokenEndpoint
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    public static void MapTokenQuestions(this IEndpointRouteBuilder endpoints) => endpoints.MapPost(TokenQuestion.Path, AnswerAsync).RequireService();

    private static async Task<IResult> AnswerAsync(
        TokenQuestion question,
        [FromHeader(Name = TokenQuestion.AddressHeader)] string? address,
        CallerFinder callers,
        SecurityWatch security,
        CancellationToken cancellationToken)
    {
        switch (await callers.FindAsync(question.Token, cancellationToken))
        {
            case FoundCaller.Known:
                return TypedResults.NoContent();

            case FoundCaller.Refused refused:
                var client = Site.NameOf(IPAddress.TryParse(address, out var sender) ? sender : null);
                security.Note(SecurityKind.AuthFailed, client, client, $"What was sent to be recognised is not good: {refused.Reason}.");
                return Problem.NotAllowed("invalid-token", "The token is not valid.", "token");

            default:
                return Problem.Unavailable("The key cannot be checked at the moment; try again shortly.", RetryAfter);
        }
    }
}
