using Microsoft.AspNetCore.Http.HttpResults;

namespace Sure.RiskService.Scenarios;

/// <summary>The library as the API shows it.</summary>
public sealed record ScenarioList(IReadOnlyList<Scenario> Scenarios, DateTimeOffset Timestamp);

/// <summary>The stress scenarios of the library.</summary>
internal static class ScenarioEndpoints
{
    public static void MapScenarios(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/api/v2/risk/scenarios", List).WithTags("Risk").WithName("ListScenarios").WithSummary("Stress scenarios with their sources.");

    private static Ok<ScenarioList> List(ScenarioLibrary library, TimeProvider time) => TypedResults.Ok(new ScenarioList(library.All, time.GetUtcNow()));
}
