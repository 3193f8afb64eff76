using Sure.Contracts.Calls;
using Sure.ServiceDefaults.Problems;

namespace Sure.Gateway.Callers;

/// <summary>Where services ask about tokens that came by another way than a request; on the internal listener only.</summary>
internal static class TokenEndpoint
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    public static void MapTokenQuestions(this IEndpointRouteBuilder endpoints) => endpoints.MapPost(TokenQuestion.Path, AnswerAsync);

    private static async Task<IResult> AnswerAsync(TokenQuestion question, CallerFinder callers, CancellationToken cancellationToken) =>
        await callers.FindAsync(question.Token, cancellationToken) switch
        {
            FoundCaller.Known => TypedResults.NoContent(),
            FoundCaller.Refused => TypedResults.Unauthorized(),
            _ => Problem.Unavailable("The key cannot be checked at the moment; try again shortly.", RetryAfter),
        };
}
