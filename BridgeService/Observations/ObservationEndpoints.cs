using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Sure.Contracts.Vocabulary;
using Sure.ServiceDefaults.Description;
using Sure.ServiceDefaults.Identity;
using Sure.ServiceDefaults.Problems;

namespace Sure.BridgeService.Observations;

/// <summary>Where keepers push what they see.</summary>
internal static class ObservationEndpoints
{
    private const int LargestBody = 1024 * 1024;

    public static void MapObservations(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/api/v2/observations", TakeAsync).RequireScope(Scope.Ingest).WithMetadata(new RequestSizeLimitAttribute(LargestBody)).WithTags("Observations")
            .WithName("PostObservations").WithSummary("A batch of observations; each is accepted or refused with its reason.")
            .WithExample(new ObservationsRequest(
            [
                new PostedObservation("keeper", ObservationKind.Price, DateTimeOffset.FromUnixTimeSeconds(1_697_564_800), Stablecoin.USDC, Value: 0.9998m),
                new PostedObservation("keeper", ObservationKind.Bridge, DateTimeOffset.FromUnixTimeSeconds(1_697_564_800), BridgeId: Bridge.All[0].Id, TvlUsd: 1_250_000m, Paused: false),
            ]));

    private static async Task<Results<Ok<ObservationsAnswer>, ProblemHttpResult>> TakeAsync(
        ObservationsRequest request, ObservationIntake intake, IOptions<IngestionOptions> options, HttpContext context, CancellationToken cancellationToken)
    {
        var most = options.Value.LargestBatch;
        if (request.Observations.Count < 1 || request.Observations.Count > most)
        {
            return Problem.NotAllowed("outside-bounds", $"observations must hold 1 … {most}.", "observations");
        }

        var posted = request.Observations.OfType<PostedObservation>().ToList();
        if (posted.Count < request.Observations.Count)
        {
            return Problem.Malformed("observations", "observations must not hold null.");
        }

        var results = await intake.TakeAsync(posted, context.Caller().MaySpeakFor, cancellationToken);
        return TypedResults.Ok(new ObservationsAnswer(
            results.Count(r => r.Status is ObservationStatus.Accepted), results.Count(r => r.Status is ObservationStatus.Refused), results));
    }
}
