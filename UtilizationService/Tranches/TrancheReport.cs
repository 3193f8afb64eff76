using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.UtilizationService.Capital;
using Sure.UtilizationService.Ledger;

namespace Sure.UtilizationService.Tranches;

/// <summary>The figures of the pool and its tranches as others see them.</summary>
internal sealed class TrancheReport(NpgsqlDataSource database, IOptions<CapitalOptions> options) : IDisposable
{
    /// <summary>Digits of ratios in answers; the ratios that decide are not rounded.</summary>
    private const int RatioDigits = 8;

    /// <summary>Span of <c>realised_apy_30d</c>.</summary>
    private const int RealisedDays = 30;

    /// <summary>
    /// How long realised yields hold while no capital moves: as long as they are told without a change. All postings of their span are read
    /// for them, half a second for 300 000.
    /// </summary>
    private static readonly TimeSpan RealisedLife = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile Realised? _realised;

    /// <summary>
    /// The query of what tranches realised. What was moved in the span is read by its indexes; the capital at its start is the kept balance
    /// without it, 0 where there was none yet. It is rounded, for of a cent that was moved a second ago the mean has more digits than a
    /// decimal. What says an account is one of capital, and an entry one of premium, is what those indexes hold.
    /// </summary>
    internal const string RealisedSql =
        """
        WITH moved AS (
            SELECT p.account,
                   -sum(p.amount) AS amount,
                   -sum(p.amount * extract(epoch FROM @AsOf - p.occurred_at)) FILTER (WHERE p.occurred_at <= @AsOf) AS weighted,
                   -sum(p.amount) FILTER (WHERE e.entry_id IS NOT NULL AND p.occurred_at <= @AsOf) AS credited
            FROM posting p LEFT JOIN journal_entry e ON e.entry_id = p.entry_id AND e.kind = 'premium_earned' AND e.occurred_at > @From
            WHERE p.account = ANY (@Accounts) AND p.account LIKE 'capital:%' AND p.occurred_at > @From
            GROUP BY p.account
        )
        SELECT a.name AS account,
               coalesce(m.credited, 0) AS credited,
               round(-a.balance - coalesce(m.amount, 0) + coalesce(m.weighted, 0) / extract(epoch FROM @AsOf - @From), 8) AS mean
        FROM account a LEFT JOIN moved m ON m.account = a.name
        WHERE a.name = ANY (@Accounts)
        """;

    /// <summary>The pool as a whole.</summary>
    public static PoolFigures Figures(PoolPosition position, CapitalOptions options) => new(
        position.TotalCapitalUsd,
        Math.Round(position.EffectiveCapitalUsd(options), 2, MidpointRounding.AwayFromZero),
        position.TotalCoverageUsd,
        position.ActivePolicies,
        position.Ltv(options) is { } ltv ? Shown(ltv) : null,
        Shown(position.ReserveRatio),
        position.LiquidReservesUsd,
        position.DeployedUsd);

    /// <summary>A ratio as it is shown.</summary>
    public static decimal Shown(decimal ratio) => Math.Round(ratio, RatioDigits);

    /// <summary>Each tranche, in order of seniority.</summary>
    public async Task<IReadOnlyList<TrancheFigures>> ReadAsync(PoolPosition position, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        var realised = await ReadRealisedAsync(position, asOf, cancellationToken);
        return
        [
            .. position.Tranches.Select(t => new TrancheFigures(
                t.Tranche,
                ApyCurve.TargetPercent(t.Tranche, t.Utilization),
                realised[t.Tranche],
                Shown(t.Utilization),
                t.CapitalUsd,
                t.CoverageUsd,
                asOf)),
        ];
    }

    /// <summary>Coverage each tranche can still take, in USD.</summary>
    public decimal AvailableCapacityUsd(TranchePosition tranche) =>
        Math.Round(tranche.AvailableCapacityUsd(options.Value.CapacityUtilization), 2, MidpointRounding.ToZero);

    /// <summary>
    /// <c>realised_apy_30d</c> of each tranche. What was read before is told again where it still holds, and is read by one at a time. A sale
    /// moves no capital; whatever does – a premium booked, a deposit, a loss – is another capital of some tranche.
    /// </summary>
    /// <param name="position">The pool as it is booked.</param>
    /// <param name="asOf">The end of the 30 days.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyDictionary<Tranche, decimal>> ReadRealisedAsync(PoolPosition position, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        if (_realised is { } kept && kept.Holds(position, asOf))
        {
            return kept.Percent;
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_realised is { } meanwhile && meanwhile.Holds(position, asOf))
            {
                return meanwhile.Percent;
            }

            var percent = await QueryRealisedAsync(asOf, cancellationToken);
            _realised = new Realised([.. position.Tranches.Select(t => t.CapitalUsd)], asOf, percent);
            return percent;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

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

    /// <summary>The values of <see cref="RealisedSql"/>.</summary>
    internal static object RealisedValues(DateTimeOffset asOf) => new
    {
        From = asOf.AddDays(-RealisedDays).ToUniversalTime(),
        AsOf = asOf.ToUniversalTime(),
        Accounts = Words<Tranche>.Members.Select(Account.Capital).ToArray(),
    };

    /// <summary>
    /// Premium credited in the last 30 days over the time-weighted mean capital of all of them, times 365/30, in %. Days without capital
    /// count with 0: what five days earned is spread over thirty in both.
    /// </summary>
    private async Task<Dictionary<Tranche, decimal>> QueryRealisedAsync(DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<(string Account, decimal Credited, decimal Mean)>(new CommandDefinition(
            RealisedSql, RealisedValues(asOf), cancellationToken: cancellationToken));
        var byAccount = rows.ToDictionary(r => r.Account, StringComparer.Ordinal);
        return Words<Tranche>.Members.ToDictionary(t => t, t =>
            byAccount.GetValueOrDefault(Account.Capital(t)) is { Mean: > 0 } row
                ? Math.Round(row.Credited / row.Mean * 365m / RealisedDays * 100m, 4, MidpointRounding.AwayFromZero)
                : 0m);
    }

    /// <summary>Realised yields as they were read.</summary>
    /// <param name="CapitalUsd">Of the tranches then, in order of seniority.</param>
    /// <param name="AsOf">When.</param>
    /// <param name="Percent">The yields, in % per year.</param>
    private sealed record Realised(IReadOnlyList<decimal> CapitalUsd, DateTimeOffset AsOf, IReadOnlyDictionary<Tranche, decimal> Percent)
    {
        public bool Holds(PoolPosition position, DateTimeOffset asOf) =>
            (asOf - AsOf).Duration() < RealisedLife && position.Tranches.Select(t => t.CapitalUsd).SequenceEqual(CapitalUsd);
    }
}
