using System.Data;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Contracts.Vocabulary;
using Sure.ServiceDefaults.Problems;
using Sure.UtilizationService.Capital;
using Sure.UtilizationService.Claims.Rules;
using Sure.UtilizationService.Market;
using Sure.UtilizationService.Policies;
using Sure.UtilizationService.Pool;
using Sure.UtilizationService.Premiums;
using Sure.UtilizationService.Tranches;

namespace Sure.UtilizationService.Vault;

/// <summary>Which way capital would move.</summary>
public enum VaultDirection
{
    /// <summary>In.</summary>
    [JsonStringEnumMemberName("deposit")]
    Deposit,

    /// <summary>Out.</summary>
    [JsonStringEnumMemberName("withdraw")]
    Withdraw,
}

/// <summary>Body of <c>POST /api/v2/vault/preview</c>: the body of the movement, and which one.</summary>
/// <param name="Direction">Which way.</param>
/// <param name="TrancheId">Which tranche.</param>
/// <param name="AmountUsd">As in a deposit or withdrawal.</param>
/// <param name="Shares">As in a withdrawal, instead of the amount.</param>
/// <param name="Account">Whose; defaults to the caller's subject.</param>
public sealed record PreviewRequest(
    VaultDirection Direction, Tranche TrancheId, decimal? AmountUsd = null, Shares? Shares = null, string? Account = null);

/// <summary>What a movement would do now.</summary>
/// <param name="Direction">Which way.</param>
/// <param name="TrancheId">Which tranche.</param>
/// <param name="Account">Whose.</param>
/// <param name="AmountUsd">What would come or go; null where the request says nothing that could.</param>
/// <param name="Shares">What would be minted or burnt; null likewise.</param>
/// <param name="SharePrice">USD per share, 18 decimals.</param>
/// <param name="Refusal">Why it would be refused; null where it would be done.</param>
/// <param name="Before">The pool now.</param>
/// <param name="After">The pool after it, also where it would be refused for that; null likewise.</param>
/// <param name="Timestamp">When.</param>
internal sealed record PreviewAnswer(
    VaultDirection Direction,
    Tranche TrancheId,
    string Account,
    decimal? AmountUsd,
    Shares? Shares,
    string SharePrice,
    PreviewRefusal? Refusal,
    PreviewPool Before,
    PreviewPool? After,
    DateTimeOffset Timestamp);

/// <summary>The problem that the movement itself would be answered with.</summary>
internal sealed record PreviewRefusal(string Type, string Detail);

/// <summary>The pool before or after.</summary>
/// <param name="Ltv">Null with coverage and no capital, where it has no value.</param>
/// <param name="LiquidReservesUsd">Cash − claims payable − unearned premium.</param>
/// <param name="ReserveRatio">Liquid reserves over total capital.</param>
/// <param name="Tranches">In order of seniority.</param>
internal sealed record PreviewPool(decimal? Ltv, decimal LiquidReservesUsd, decimal ReserveRatio, IReadOnlyList<PreviewTranche> Tranches)
{
    /// <summary>The figures of <paramref name="position"/>, rounded as everywhere.</summary>
    /// <param name="position">The pool before or after.</param>
    /// <param name="realised">What each tranche realised until now, in %.</param>
    /// <param name="capital">Of the ratios.</param>
    public static PreviewPool Of(PoolPosition position, IReadOnlyDictionary<Tranche, decimal> realised, CapitalOptions capital)
    {
        var figures = TrancheReport.Figures(position, capital);
        return new(
            figures.Ltv,
            figures.LiquidReservesUsd,
            figures.ReserveRatio,
            [
                .. position.Tranches.Select(t => new PreviewTranche(
                    t.Tranche,
                    ApyCurve.TargetPercent(t.Tranche, t.Utilization),
                    realised[t.Tranche],
                    TrancheReport.Shown(t.Utilization),
                    t.CapitalUsd,
                    t.CoverageUsd)),
            ]);
    }
}

/// <summary>A tranche before or after.</summary>
/// <param name="TrancheId">Which.</param>
/// <param name="Apy">Target yield at its utilization, in % per year.</param>
/// <param name="RealisedApy30d">
/// What it realised in the last 30 days, in % per year, by what is booked; the same before and after, for a movement changes no day that has passed.
/// </param>
/// <param name="Utilization">Attributed coverage over capital, 0 … 1.</param>
/// <param name="TotalCapitalUsd">Its capital.</param>
/// <param name="CoverageSoldUsd">Coverage attributed to it.</param>
internal sealed record PreviewTranche(
    Tranche TrancheId, decimal Apy, decimal RealisedApy30d, decimal Utilization, decimal TotalCapitalUsd, decimal CoverageSoldUsd);

/// <summary>Foresees movements by the rules they are decided by. Reads only, and waits for nobody who writes.</summary>
internal sealed class VaultPreview(
    NpgsqlDataSource database,
    ForeseenPremium premium,
    TrancheReport report,
    IOptions<CapitalOptions> capital,
    IOptions<UnderwritingOptions> limits,
    IOptions<TriggerOptions> triggers,
    IOptions<KnownEventOptions> knownEvents,
    TimeProvider time)
{
    public async Task<PreviewAnswer> PreviewAsync(PreviewRequest request, string account, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var now = time.GetUtcNow();
        var pool = await PoolStore.ReadAsync(connection, transaction, cancellationToken);
        var position = await premium.ForeseeAsync(connection, transaction, pool, now, cancellationToken);
        var view = await VaultStore.ReadAsync(connection, transaction, position, request.TrancheId, account, cancellationToken);
        var stops = await VaultStore.ReadStopsAsync(connection, transaction, pool, triggers.Value, knownEvents.Value, now, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        // By a connection of its own, so not while this one is held.
        await connection.CloseAsync();
        var realised = await report.ReadRealisedAsync(pool.Position, now, cancellationToken);
        var decision = request.Direction is VaultDirection.Deposit
            ? VaultRules.Deposit(view, request.AmountUsd ?? 0, capital.Value)
            : VaultRules.Withdraw(view, request.AmountUsd, request.Shares, stops, capital.Value, limits.Value);
        return new PreviewAnswer(
            request.Direction,
            request.TrancheId,
            account,
            decision.Move?.AmountUsd,
            decision.Move?.Shares,
            view.Value.SharePrice,
            decision.Refusal is { } refusal ? new PreviewRefusal(Problem.TypeOf(refusal.Kind), refusal.Sentence) : null,
            PreviewPool.Of(position, realised, capital.Value),
            decision.Move is { } move ? PreviewPool.Of(move.After, realised, capital.Value) : null,
            now);
    }
}
