using Sure.BridgeService.Adapters.Evm;
using Sure.BridgeService.Market;
using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.Observations;

/// <summary>Of whom and of what an observation is: one source says one thing of it at a time.</summary>
/// <param name="Source">Who.</param>
/// <param name="Kind">What of it.</param>
/// <param name="Subject">Word of the coin, or id of the bridge.</param>
internal sealed record Series(string Source, ObservationKind Kind, string Subject);

/// <summary>What an observation says, apart from of what and when.</summary>
internal sealed record Said(decimal? Value = null, decimal? TvlUsd = null, bool? Paused = null, int? Tried = null, int? Succeeded = null);

/// <summary>What is kept already of the series of a batch.</summary>
/// <param name="Last">Time of the last observation of each.</param>
/// <param name="Kept">What was said at times that the batch speaks of again.</param>
internal sealed record KnownSeries(IReadOnlyDictionary<Series, DateTimeOffset> Last, IReadOnlyDictionary<(Series Series, DateTimeOffset At), Said> Kept);

/// <summary>What is made of a batch.</summary>
/// <param name="Results">Of each observation.</param>
/// <param name="Accepted">What is to be kept.</param>
internal sealed record JudgedBatch(IReadOnlyList<ObservationResult> Results, ObservationBatch Accepted);

/// <summary>How much of a source was refused.</summary>
/// <param name="Source">Whose observations.</param>
/// <param name="Kind">Of what.</param>
/// <param name="Count">How many.</param>
internal sealed record Refusals(string Source, ObservationKind Kind, long Count);

/// <summary>Which observations are believed (domain, §7). Pure.</summary>
internal static class ObservationRules
{
    private const int LongestName = 256;

    /// <summary>Peg ratios have as many decimals; a price below has none that count.</summary>
    private const int PriceDecimals = 8;

    /// <summary>Cut to the microsecond, as it is kept: otherwise nothing would be a duplicate.</summary>
    public static PostedObservation Normalized(PostedObservation posted) =>
        posted with { ObservedAt = new DateTimeOffset(posted.ObservedAt.UtcTicks - (posted.ObservedAt.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero) };

    /// <summary>The series of an observation in which nothing is at fault.</summary>
    public static Series SeriesOf(PostedObservation posted) => new(posted.Source, posted.Kind, posted.Stablecoin?.Word() ?? posted.BridgeId ?? "");

    /// <summary>What is at fault with an observation by itself, whatever was said before; null where nothing is. Begins with the field.</summary>
    /// <param name="posted">The observation.</param>
    /// <param name="maySpeakFor">Whether the caller may speak for a source.</param>
    /// <param name="now">When it arrived.</param>
    /// <param name="options">The limits.</param>
    public static string? FaultOf(PostedObservation posted, Func<string, bool> maySpeakFor, DateTimeOffset now, IngestionOptions options) =>
        SourceFault(posted.Source, maySpeakFor) ?? TimeFault(posted.ObservedAt, now, options) ?? (posted.Kind is ObservationKind.Bridge ? BridgeFault(posted, options) : PriceFault(posted, options));

    /// <summary>Judges observations in their order.</summary>
    /// <param name="posted">Normalized.</param>
    /// <param name="faults">What is at fault with each by itself.</param>
    /// <param name="known">What is kept already.</param>
    public static JudgedBatch Judge(IReadOnlyList<PostedObservation> posted, IReadOnlyList<string?> faults, KnownSeries known)
    {
        var last = known.Last.ToDictionary(l => l.Key, l => l.Value);
        var kept = known.Kept.ToDictionary(k => k.Key, k => k.Value);
        var results = new List<ObservationResult>(posted.Count);
        var accepted = new List<PostedObservation>(posted.Count);
        for (var i = 0; i < posted.Count; i++)
        {
            var observation = posted[i];
            var (series, said) = (SeriesOf(observation), SaidBy(observation));
            if (faults[i] is { } fault)
            {
                results.Add(new ObservationResult(i, ObservationStatus.Refused, fault));
            }
            else if (kept.TryGetValue((series, observation.ObservedAt), out var before))
            {
                results.Add(before == said
                    ? new ObservationResult(i, ObservationStatus.Duplicate)
                    : new ObservationResult(i, ObservationStatus.Refused, "observed_at: the source has said something else of that time."));
            }
            else if (last.TryGetValue(series, out var newest) && observation.ObservedAt <= newest)
            {
                results.Add(new ObservationResult(i, ObservationStatus.Refused, "observed_at is older than the last observation of the source."));
            }
            else
            {
                last[series] = observation.ObservedAt;
                kept[(series, observation.ObservedAt)] = said;
                accepted.Add(observation);
                results.Add(new ObservationResult(i, ObservationStatus.Accepted));
            }
        }

        return new JudgedBatch(results, BatchOf(accepted));
    }

    /// <summary>What was refused of each source, apart from what somebody posted who may not speak for it: that is no fault of the source.</summary>
    public static IReadOnlyList<Refusals> RefusalsOf(
        IReadOnlyList<PostedObservation> posted, IReadOnlyList<ObservationResult> results, Func<string, bool> maySpeakFor) =>
    [
        .. posted.Where((o, i) => results[i].Status is ObservationStatus.Refused && SourceFault(o.Source, maySpeakFor) is null)
            .CountBy(o => (o.Source, o.Kind)).Select(r => new Refusals(r.Key.Source, r.Key.Kind, r.Value)),
    ];

    /// <summary>Whether it can be a price or net asset value in USD: above 0, rounded as it is compared.</summary>
    public static bool IsPrice(decimal value, IngestionOptions options) =>
        Math.Round(value, PriceDecimals, MidpointRounding.AwayFromZero) > 0 && value <= options.GreatestPriceUsd;

    /// <summary>Whether it can be a value locked in USD.</summary>
    public static bool IsTvl(decimal value, IngestionOptions options) => value >= 0 && value <= options.GreatestTvlUsd;

    private static Said SaidBy(PostedObservation o) => new(o.Value, o.TvlUsd, o.Paused, o.TransactionsTried, o.TransactionsSucceeded);

    private static ObservationBatch BatchOf(List<PostedObservation> accepted) => new(
        [
            .. accepted.Where(o => o.Kind is ObservationKind.Bridge)
                .Select(o => new BridgeObservation(o.Source, o.BridgeId!, o.ObservedAt, o.TvlUsd, o.Paused, o.TransactionsTried, o.TransactionsSucceeded)),
        ],
        [
            .. accepted.Where(o => o.Kind is not ObservationKind.Bridge).Select(o => new PriceObservation(
                o.Source, o.Stablecoin!.Value, o.Kind is ObservationKind.Nav ? PriceKind.Nav : PriceKind.Price, o.ObservedAt, o.Value!.Value)),
        ]);

    private static string? SourceFault(string source, Func<string, bool> maySpeakFor)
    {
        if (source.Length is 0 or > LongestName || source.Any(char.IsWhiteSpace))
        {
            return $"source must have 1 … {LongestName} characters and no blanks.";
        }

        if (SimulatedMarket.IsItsSource(source))
        {
            return $"source: names that begin with {SourceNames.Simulated} are those of the simulated market.";
        }

        if (PauseFlagSource.IsItsName(source))
        {
            return $"source: names that begin with {SourceNames.PauseFlags} are those of chains of which final blocks are read.";
        }

        return maySpeakFor(source) ? null : $"source: the key may not speak for {source}.";
    }

    private static string? TimeFault(DateTimeOffset observedAt, DateTimeOffset now, IngestionOptions options)
    {
        if (observedAt > now + options.FutureTolerance)
        {
            return $"observed_at is more than {options.FutureTolerance.TotalMinutes:0.##} minutes in the future.";
        }

        return observedAt < now - options.ObservationRetention
            ? $"observed_at is more than {options.ObservationRetention.TotalDays:0.##} days ago; observations are not kept as long."
            : null;
    }

    private static string? PriceFault(PostedObservation o, IngestionOptions options)
    {
        if (o.Stablecoin is not { } coin)
        {
            return "stablecoin is missing.";
        }

        if (o.Kind is ObservationKind.Nav && !coin.IsYieldBearing())
        {
            return $"kind: {coin.Word()} bears no yield; its reference is 1 and not a net asset value.";
        }

        if (o.Value is not { } value)
        {
            return "value is missing.";
        }

        if (!IsPrice(value, options))
        {
            return $"value must be above 0 and at most {options.GreatestPriceUsd}.";
        }

        return FieldOfOther((o.BridgeId, "bridge_id"), (o.TvlUsd, "tvl_usd"), (o.Paused, "paused"), (o.TransactionsTried, "transactions_tried"), (o.TransactionsSucceeded, "transactions_succeeded"))
            is { } field ? $"{field} does not belong to a {o.Kind.Word()}." : null;
    }

    private static string? BridgeFault(PostedObservation o, IngestionOptions options)
    {
        if (o.BridgeId is null)
        {
            return "bridge_id is missing.";
        }

        if (Bridge.Find(o.BridgeId) is null)
        {
            return $"bridge_id must be one of {string.Join(", ", Bridge.All.Select(b => b.Id))}.";
        }

        if (FieldOfOther((o.Stablecoin, "stablecoin"), (o.Value, "value")) is { } field)
        {
            return $"{field} does not belong to a bridge.";
        }

        if (o.TvlUsd is { } tvl && !IsTvl(tvl, options))
        {
            return $"tvl_usd must be 0 … {options.GreatestTvlUsd}.";
        }

        if (TransactionFault(o) is { } fault)
        {
            return fault;
        }

        return o is { TvlUsd: null, Paused: null, TransactionsTried: null } ? "tvl_usd, paused or transactions_tried: at least one must be said of a bridge." : null;
    }

    private static string? TransactionFault(PostedObservation o) => (o.TransactionsTried, o.TransactionsSucceeded) switch
    {
        (null, null) => null,
        (null, _) => "transactions_tried is missing beside transactions_succeeded.",
        (_, null) => "transactions_succeeded is missing beside transactions_tried.",
        ( < 0, _) => "transactions_tried must not be negative.",
        var (tried, succeeded) => succeeded < 0 || succeeded > tried ? "transactions_succeeded must be 0 … transactions_tried." : null,
    };

    private static string? FieldOfOther(params ReadOnlySpan<(object? Value, string Field)> fields)
    {
        foreach (var (value, field) in fields)
        {
            if (value is not null)
            {
                return field;
            }
        }

        return null;
    }
}
