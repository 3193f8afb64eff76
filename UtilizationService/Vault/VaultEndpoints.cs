using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http.HttpResults;
using Sure.Contracts.Vocabulary;
using Sure.ServiceDefaults.Description;
using Sure.ServiceDefaults.Identity;
using Sure.ServiceDefaults.Problems;
using Sure.UtilizationService.Idempotency;
using Sure.UtilizationService.Pool;

namespace Sure.UtilizationService.Vault;

/// <summary>Body of <c>POST /api/v2/vault/deposit</c>.</summary>
/// <param name="TrancheId">Which tranche.</param>
/// <param name="AmountUsd">≥ 100 with at most 2 decimals; no more than the pool may have of capital.</param>
/// <param name="Account">Whose; defaults to the caller's subject.</param>
public sealed record DepositRequest(Tranche TrancheId, decimal AmountUsd, string? Account = null);

/// <summary>Body of <c>POST /api/v2/vault/withdraw</c>: exactly one of <paramref name="AmountUsd"/> and <paramref name="Shares"/>.</summary>
/// <param name="TrancheId">Which tranche.</param>
/// <param name="AmountUsd">What is to be paid out, with at most 2 decimals; burns shares, rounded up.</param>
/// <param name="Shares">What is to be burnt, with at most 18 decimals; pays what they are worth, rounded down to cents.</param>
/// <param name="Account">Whose; defaults to the caller's subject.</param>
public sealed record WithdrawalRequest(Tranche TrancheId, decimal? AmountUsd = null, Shares? Shares = null, string? Account = null);

/// <summary>Capital of liquidity providers.</summary>
internal static class VaultEndpoints
{
    internal const int LongestName = 256;
    private const string EitherOr = "Give either amount_usd or shares.";

    public static void MapVault(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/v2/vault").WithTags("Vault");
        group.MapPost("/deposit", DepositAsync).RequireScope(Scope.Write).QueuesForPool().WithName("Deposit").WithSummary("Adds capital to a tranche for shares at net asset value.")
            .WithExample(new DepositRequest(Tranche.Senior, 5_000m)).TakesIdempotencyKey().Produces<VaultAnswer>(StatusCodes.Status201Created);
        group.MapPost("/withdraw", WithdrawAsync).RequireScope(Scope.Write).QueuesForPool().WithName("Withdraw").WithSummary("Pays capital out of a tranche for shares at net asset value.")
            .WithExample(new WithdrawalRequest(Tranche.Senior, 100m)).TakesIdempotencyKey().Produces<VaultAnswer>(StatusCodes.Status201Created);
        group.MapPost("/preview", PreviewAsync).RequireScope(Scope.Read).WithName("PreviewVault").WithSummary("What a deposit or withdrawal would do now, and why it would be refused.")
            .WithExample(new PreviewRequest(VaultDirection.Deposit, Tranche.Mezzanine, 25_000m));
        group.MapGet("/accounts", FindOwnAccountAsync).RequireScope(Scope.Read).WithName("GetOwnVaultAccount").MayRefuse(StatusCodes.Status404NotFound)
            .WithSummary("Shares of the caller's account, or of the one that is named, and what they are worth, per tranche; a name that fits into no path, with a slash for example, fits in here.");
        group.MapGet("/accounts/{account}", FindAccountAsync).RequireScope(Scope.Read).WithName("GetVaultAccount").WithSummary("Shares of an account and what they are worth, per tranche.");
    }

    private static async Task<Results<Ok<VaultAccount>, ProblemHttpResult>> FindAccountAsync(
        string account, VaultAccounts accounts, HttpContext context, CancellationToken cancellationToken) =>
        account.Length <= LongestName && context.Caller().MayActFor(account)
            ? TypedResults.Ok(await accounts.ReadAsync(account, cancellationToken))
            : Problem.NotFound("There is no such account.");

    private static Task<Results<Ok<VaultAccount>, ProblemHttpResult>> FindOwnAccountAsync(
        string? account, VaultAccounts accounts, HttpContext context, CancellationToken cancellationToken) =>
        FindAccountAsync(account ?? context.Caller().Subject ?? "", accounts, context, cancellationToken);

    private static async Task<Results<Ok<PreviewAnswer>, ProblemHttpResult>> PreviewAsync(
        PreviewRequest request, VaultPreview preview, HttpContext context, CancellationToken cancellationToken)
    {
        if (request.Direction is VaultDirection.Deposit && request.Shares is not null)
        {
            return Problem.Malformed("shares", "shares are for a withdrawal; give amount_usd.");
        }

        if ((request.AmountUsd is null) == (request.Shares is null))
        {
            return Problem.Malformed("amount_usd", EitherOr);
        }

        return TryReadAccount(context, request.Account, out var account, out var refusal)
            ? TypedResults.Ok(await preview.PreviewAsync(request, account, cancellationToken))
            : refusal;
    }

    private static async Task<IResult> DepositAsync(DepositRequest request, VaultMovements movements, HttpContext context, CancellationToken cancellationToken) =>
        !TryReadAccount(context, request.Account, out var account, out var refusal) || !IdempotentRequest.TryRead(context, request, out var idempotent, out refusal)
            ? refusal
            : (await movements.DepositAsync(request, account, context.Caller().Subject ?? "", idempotent, cancellationToken)).ToResult();

    private static async Task<IResult> WithdrawAsync(
        WithdrawalRequest request, VaultMovements movements, HttpContext context, CancellationToken cancellationToken)
    {
        if ((request.AmountUsd is null) == (request.Shares is null))
        {
            return Problem.Malformed("amount_usd", EitherOr);
        }

        return !TryReadAccount(context, request.Account, out var account, out var refusal) || !IdempotentRequest.TryRead(context, request, out var idempotent, out refusal)
            ? refusal
            : (await movements.WithdrawAsync(request, account, context.Caller().Subject ?? "", idempotent, cancellationToken)).ToResult();
    }

    /// <summary>Whose shares move: the caller's own, or for an operator those of the account that is named.</summary>
    private static bool TryReadAccount(
        HttpContext context, string? named, [NotNullWhen(true)] out string? account, [NotNullWhen(false)] out ProblemHttpResult? refusal)
    {
        var caller = context.Caller();
        account = named ?? caller.Subject ?? "";
        refusal = account.Length is 0 or > LongestName
            ? Problem.NotAllowed("outside-bounds", $"account must have 1 … {LongestName} characters.", "account")
            : caller.MayActFor(account) ? null : Problem.Forbidden("account must be your own.");
        return refusal is null;
    }
}
