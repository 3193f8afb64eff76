using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.UtilizationService.Capital;
using Sure.UtilizationService.Ledger;

namespace Sure.UtilizationService.Tranches;

/// <summary>The figures of the pool and its tranches as others see them.</summary>
internal sealed class TrancheReport(NpgsqlDataSource database, IOptions<CapitalOptions> options)
{
    /// <summary>Digits of ratios in answers; the ratios that decide are not rounded.</summary>
    private const int RatioDigits = 8;

    /// <summary>Span of <c>realised_apy_30d</c>.</summary>
    private const int RealisedDays = 30;

    /// <summary>The pool as a whole.</summary>
    public static PoolFigures Figures(PoolPosition position, CapitalOptions options) => new(
        position.TotalCapitalUsd,
        Math.Round(position.EffectiveCapitalUsd(options), 2, MidpointRounding.AwayFromZero),
        position.TotalCoverageUsd,
        position.ActivePolicies,
        position.Ltv(options) is { } ltv ? Shown(ltv) : null,
        Shown(position.ReserveRatio),
        position.LiquidReservesUsd);

    /// <summary>A ratio as it is shown.</summary>
    public static decimal Shown(decimal ratio) => Math.Round(ratio, RatioDigits);

    /// <summary>Each tranche, in order of seniority.</summary>
    public async Task<IReadOnlyList<TrancheFigures>> ReadAsync(PoolPosition position, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        var realised = await ReadRealisedAsync(asOf, cancellationToken);
        return
        [
            .. position.Tranches.Select(t => new TrancheFigures(
                t.Tranche,
                ApyCurve.TargetPercent(t.Tranche, t.Utilization),
                realised.GetValueOrDefault(t.Tranche),
                Shown(t.Utilization),
                t.CapitalUsd,
                t.CoverageUsd,
                asOf)),
        ];
    }

    /// <summary>Coverage each tranche can still take, in USD.</summary>
    public decimal AvailableCapacityUsd(TranchePosition tranche) =>
        Math.Round(tranche.AvailableCapacityUsd(options.Value.CapacityUtilization), 2, MidpointRounding.ToZero);

    /// <summary>Value of one share of each tranche in USD, 18 digits; 1 where there are none.</summary>
    public async Task<IReadOnlyDictionary<Tranche, string>> ReadSharePricesAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<(string TrancheId, string Price)>(new CommandDefinition(
            """
            SELECT tranche_id, (CASE WHEN shares = 0 THEN 1 ELSE round(-balance / shares, 18) END)::numeric(38,18)::text
            FROM tranche JOIN account ON account.name = 'capital:' || tranche_id
            """,
            cancellationToken: cancellationToken));
        return rows.ToDictionary(r => Words<Tranche>.TryParse(r.TrancheId, out var t) ? t : throw new InvalidDataException(r.TrancheId), r => r.Price);
    }

    /// <summary>
    /// Premium credited in the last 30 days over the time-weighted mean capital of the part of them in which there was any, times 365/30,
    /// in %.
    /// </summary>
    private async Task<Dictionary<Tranche, decimal>> ReadRealisedAsync(DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<(string Account, decimal Credited, decimal? Mean)>(new CommandDefinition(
            """
            WITH span AS (
                SELECT account, greatest(min(p.occurred_at), @From) AS start FROM posting p WHERE account LIKE 'capital:%' GROUP BY account
            )
            SELECT p.account,
                   -coalesce(sum(p.amount) FILTER (WHERE e.kind = 'premium_earned' AND p.occurred_at > @From), 0) AS credited,
                   -sum(p.amount * extract(epoch FROM @AsOf - greatest(p.occurred_at, s.start)))
                       / nullif(extract(epoch FROM @AsOf - max(s.start)), 0) AS mean
            FROM posting p JOIN journal_entry e USING (entry_id) JOIN span s ON s.account = p.account
            WHERE p.occurred_at <= @AsOf
            GROUP BY p.account
            """,
            new { From = asOf.AddDays(-RealisedDays).ToUniversalTime(), AsOf = asOf.ToUniversalTime() },
            cancellationToken: cancellationToken));
        var byAccount = rows.ToDictionary(r => r.Account, StringComparer.Ordinal);
        return Words<Tranche>.Members.ToDictionary(t => t, t =>
            byAccount.GetValueOrDefault(Account.Capital(t)) is { Mean: > 0 and { } mean } row
                ? Math.Round(row.Credited / mean * 365m / RealisedDays * 100m, 4, MidpointRounding.AwayFromZero)
                : 0m);
    }
}
