using Sure.Contracts.Vocabulary;
using Sure.ServiceDefaults.Identity;
using Sure.ServiceDefaults.Problems;
using Sure.UtilizationService.Idempotency;

namespace Sure.UtilizationService.Vault;

/// <summary>Body of <c>POST /api/v2/vault/deposit</c>.</summary>
/// <param name="TrancheId">Which tranche.</param>
/// <param name="AmountUsd">≥ 100 with at most 2 decimals.</param>
/// <param name="Account">Whose; defaults to the caller's subject.</param>
public sealed record DepositRequest(Tranche TrancheId, decimal AmountUsd, string? Account = null);

/// <summary>Capital of liquidity providers.</summary>
internal static class VaultEndpoints
{
    private const int LongestName = 256;

    public static void MapVault(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/v2/vault").WithTags("Vault");
        group.MapPost("/deposit", DepositAsync).RequireScope(Scope.Write).WithName("Deposit").WithSummary("Adds capital to a tranche for shares at net asset value.");
    }

    private static async Task<IResult> DepositAsync(DepositRequest request, Deposits deposits, HttpContext context, CancellationToken cancellationToken)
    {
        var caller = context.Caller();
        var account = request.Account ?? caller.Subject ?? "";
        if (account.Length is 0 or > LongestName)
        {
            return Problem.NotAllowed("outside-bounds", $"account must have 1 … {LongestName} characters.", "account");
        }

        if (!caller.MayActFor(account))
        {
            return Problem.Forbidden("account must be your own.");
        }

        if (!IdempotentRequest.TryRead(context, request, out var idempotent, out var refusal))
        {
            return refusal;
        }

        return await deposits.DepositAsync(request, account, idempotent, cancellationToken) switch
        {
            MoneyOutcome.Moved moved => moved.Answer.ToResult(),
            MoneyOutcome.Refused refused => refused.Problem,
            var other => throw new InvalidOperationException($"No answer for {other}."),
        };
    }
}
