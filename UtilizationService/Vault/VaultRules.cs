using System.Globalization;
using Sure.Contracts.Vocabulary;
using Sure.UtilizationService.Capital;
using Sure.UtilizationService.Policies;

namespace Sure.UtilizationService.Vault;

/// <summary>What a movement of the vault is decided on, at one moment, with premium booked up to it.</summary>
/// <param name="Pool">The pool before the movement.</param>
/// <param name="Tranche">Which tranche moves.</param>
/// <param name="Total">All shares of the tranche.</param>
/// <param name="Held">Those of the account.</param>
public sealed record VaultView(PoolPosition Pool, Tranche Tranche, Shares Total, Shares Held)
{
    /// <summary>What shares of the tranche are worth.</summary>
    public NetAssetValue Value => new(Pool.Tranches.Single(t => t.Tranche == Tranche).CapitalUsd, Total);
}

/// <summary>A movement as it would be.</summary>
/// <param name="AmountUsd">What goes in or out, &gt; 0, whole cents.</param>
/// <param name="Shares">What is minted or burnt, &gt; 0.</param>
/// <param name="After">The pool after it.</param>
public sealed record VaultMove(decimal AmountUsd, Shares Shares, PoolPosition After);

/// <summary>Why a movement is refused.</summary>
/// <param name="Kind">Last part of the problem's <c>type</c>.</param>
/// <param name="Sentence">For a person.</param>
/// <param name="Field">The field it is about; null where it is none.</param>
public sealed record VaultRefusal(string Kind, string Sentence, string? Field = null);

/// <summary>What is decided.</summary>
/// <param name="Move">What would move; null where the request says nothing that could.</param>
/// <param name="Refusal">What stops it; null where nothing does, and then there is a move.</param>
public sealed record VaultDecision(VaultMove? Move, VaultRefusal? Refusal);

/// <summary>Whether capital may come and go (domain, §3). Pure.</summary>
public static class VaultRules
{
    private const string OutsideBounds = "outside-bounds";

    /// <summary>Decides about a deposit of <paramref name="amountUsd"/>.</summary>
    public static VaultDecision Deposit(VaultView view, decimal amountUsd, CapitalOptions capital)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(capital);
        if (!Cents.IsAmount(amountUsd) || amountUsd < capital.LeastDepositUsd)
        {
            return Refused(OutsideBounds, Text($"amount_usd must be at least {capital.LeastDepositUsd} with at most 2 decimals."), "amount_usd");
        }

        if (view.Pool.TotalCapitalUsd + amountUsd > capital.MostCapitalUsd)
        {
            return Refused(
                OutsideBounds,
                Text($"It would give the pool {view.Pool.TotalCapitalUsd + amountUsd:0.00} USD of capital; it may have at most {capital.MostCapitalUsd:0.00} USD."),
                "amount_usd");
        }

        var shares = view.Value.Minted(amountUsd);
        // After a loss that leaves next to nothing a share is worth so little that a deposit mints more than can be counted.
        return shares > Shares.Zero && (view.Total + shares).Fits
            ? new VaultDecision(new VaultMove(amountUsd, shares, After(view, amountUsd)), Refusal: null)
            : Refused("share-price", $"At {view.Value.SharePrice} USD a share this deposit cannot be counted in shares.", "amount_usd");
    }

    /// <summary>Decides about a withdrawal. Exactly one of <paramref name="amountUsd"/> and <paramref name="shares"/> is given.</summary>
    /// <param name="view">What there is.</param>
    /// <param name="amountUsd">Burns as many shares as it takes, rounded up.</param>
    /// <param name="shares">Pays what they are worth, rounded down to cents.</param>
    /// <param name="stops">What stops every withdrawal now.</param>
    /// <param name="capital">The capital structure, with the greatest utilization a withdrawal may leave.</param>
    /// <param name="limits">With the greatest LTV it may leave.</param>
    public static VaultDecision Withdraw(
        VaultView view, decimal? amountUsd, Shares? shares, WithdrawalStops stops, CapitalOptions capital, UnderwritingOptions limits)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(stops);
        if (shares is { } given ? given <= Shares.Zero : amountUsd is not { } asked || !Cents.IsAmount(asked))
        {
            return shares is null
                ? Refused(OutsideBounds, "amount_usd must be above 0 with at most 2 decimals.", "amount_usd")
                : Refused(OutsideBounds, "shares must be above 0.", "shares");
        }

        var (value, field) = (view.Value, shares is null ? "amount_usd" : "shares");
        var heldUsd = value.ValueUsd(view.Held);
        if (shares is { } burnt ? burnt > view.Held : amountUsd > heldUsd)
        {
            return Refused("insufficient-shares", Text($"The account holds {view.Held} shares of {view.Tranche.Word()}, worth {heldUsd:0.00} USD."), field);
        }

        var paid = shares is { } worth ? value.ValueUsd(worth) : amountUsd!.Value;
        if (paid == 0)
        {
            return Refused(OutsideBounds, "These shares are worth less than a cent.", field);
        }

        var move = new VaultMove(paid, shares ?? value.Burnt(paid), After(view, -paid));
        return new VaultDecision(move, stops.WhyStopped() ?? WhyTooMuch(view, move, field, capital, limits));
    }

    private static VaultRefusal? WhyTooMuch(VaultView view, VaultMove move, string field, CapitalOptions capital, UnderwritingOptions limits)
    {
        ArgumentNullException.ThrowIfNull(capital);
        ArgumentNullException.ThrowIfNull(limits);
        if (move.AmountUsd > view.Pool.LiquidReservesUsd)
        {
            return new("insufficient-funds", Text($"{move.AmountUsd:0.00} USD is more than the liquid reserves of {view.Pool.LiquidReservesUsd:0.00} USD."), field);
        }

        // Only of the tranche it is taken from: it changes no other's, and the LTV is held for all of them. Held against the product: the
        // utilization itself ends at 1.
        var left = move.After.Tranches.Single(t => t.Tranche == view.Tranche);
        if (left.CoverageUsd > capital.CapacityUtilization * left.CapitalUsd)
        {
            return new(
                "tranche-utilization",
                Text($"It would leave {left.Tranche.Word()} with {left.CapitalUsd:0.00} USD of capital for {left.CoverageUsd:0.00} USD of coverage; its utilization may be at most {capital.CapacityUtilization}."),
                field);
        }

        return move.After.Ltv(capital) is { } ltv && ltv <= limits.LtvMax
            ? null
            : new("ltv", Text($"It would leave the pool with {move.After.TotalCoverageUsd:0.00} USD of coverage on {move.After.EffectiveCapitalUsd(capital):0.00} USD of effective capital; the LTV may be at most {limits.LtvMax}."), field);
    }

    private static PoolPosition After(VaultView view, decimal addedUsd) => view.Pool with
    {
        CashUsd = view.Pool.CashUsd + addedUsd,
        Tranches = [.. view.Pool.Tranches.Select(t => t.Tranche == view.Tranche ? t with { CapitalUsd = t.CapitalUsd + addedUsd } : t)],
    };

    private static VaultDecision Refused(string kind, string sentence, string field) => new(Move: null, new VaultRefusal(kind, sentence, field));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
