using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Sure.Contracts.Vocabulary;
using Sure.ServiceDefaults.Description;
using Sure.UtilizationService.Claims.Rules;

namespace Sure.UtilizationService.Claims.Backtests;

/// <summary>Asking what cover would have paid.</summary>
internal static class BacktestEndpoints
{
    private const int LargestBody = 1024 * 1024;

    public static void MapBacktests(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/api/v2/claims/backtest", Run).WithMetadata(new RequestSizeLimitAttribute(LargestBody)).WithTags("Claims")
            .WithName("BacktestClaim").WithSummary("Whether and when terms would have triggered over a series of prices, what they would have paid, and why.")
            .WithExample(new BacktestRequest(CoverageType.Depeg, Event: "usdc-svb-2023-03"));

    private static Results<Ok<BacktestAnswer>, ProblemHttpResult> Run(
        BacktestRequest request, IOptions<TriggerOptions> triggers, IOptions<BacktestOptions> options) =>
        BacktestChecks.Check(request, triggers.Value, options.Value) switch
        {
            ({ } backtest, _) => TypedResults.Ok(backtest.Run(triggers.Value, options.Value)),
            (_, var refusal) => refusal!,
        };
}
