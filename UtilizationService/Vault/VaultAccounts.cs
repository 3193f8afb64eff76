using System.Data;
using Dapper;
using Npgsql;
using Sure.Contracts.Vocabulary;
using Sure.UtilizationService.Pool;
using Sure.UtilizationService.Premiums;

namespace Sure.UtilizationService.Vault;

/// <summary>An account of a liquidity provider.</summary>
/// <param name="Account">Whose.</param>
/// <param name="ValueUsd">What its shares are worth together.</param>
/// <param name="Tranches">All six, in order of seniority.</param>
/// <param name="Timestamp">When.</param>
internal sealed record VaultAccount(string Account, decimal ValueUsd, IReadOnlyList<VaultHolding> Tranches, DateTimeOffset Timestamp);

/// <summary>What an account holds of one tranche.</summary>
/// <param name="TrancheId">Which.</param>
/// <param name="Shares">0 where it holds none.</param>
/// <param name="ValueUsd">What they would pay now, rounded down to cents.</param>
/// <param name="SharePrice">USD per share, 18 decimals.</param>
internal sealed record VaultHolding(Tranche TrancheId, Shares Shares, decimal ValueUsd, string SharePrice);

/// <summary>Reads accounts at the value a withdrawal would be made at: with premium earned up to now, or within the last second.</summary>
internal sealed class VaultAccounts(NpgsqlDataSource database, ForeseenPremium premium, TimeProvider time)
{
    public async Task<VaultAccount> ReadAsync(string account, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var now = time.GetUtcNow();
        var pool = await PoolStore.ReadAsync(connection, transaction, cancellationToken);
        var position = await premium.ForeseeAsync(connection, transaction, pool, now, cancellationToken);
        var rows = (await connection.QueryAsync<(string Tranche, string Total, string Held)>(new CommandDefinition(
            """
            SELECT t.tranche_id, t.shares::text, coalesce(h.shares, 0)::numeric(38,18)::text
            FROM tranche t LEFT JOIN holding h ON h.tranche_id = t.tranche_id AND h.account = @Account
            """,
            new { Account = account },
            transaction,
            cancellationToken: cancellationToken))).ToDictionary(r => Words<Tranche>.Parse(r.Tranche));
        await transaction.CommitAsync(cancellationToken);
        var holdings = position.Tranches.Select(t =>
        {
            var (value, held) = (new NetAssetValue(t.CapitalUsd, Shares.Parse(rows[t.Tranche].Total)), Shares.Parse(rows[t.Tranche].Held));
            return new VaultHolding(t.Tranche, held, value.ValueUsd(held), value.SharePrice);
        }).ToList();
        return new VaultAccount(account, holdings.Sum(h => h.ValueUsd), holdings, now);
    }
}
