using System.Diagnostics;
using System.Threading.Channels;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Contracts.Calls;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Audit;
using Sure.Coordination.Outbox;
using Sure.Coordination.Telemetry;
using Sure.Coordination.Writing;
using Sure.ServiceDefaults.Problems;
using Sure.UtilizationService.Capital;
using Sure.UtilizationService.Idempotency;
using Sure.UtilizationService.Ledger;
using Sure.UtilizationService.Market;
using Sure.UtilizationService.Pool;

namespace Sure.UtilizationService.Policies;

/// <summary>A quote somebody wants to bind.</summary>
/// <param name="QuoteId">Its id.</param>
/// <param name="Quote">The quote while it lives; else null.</param>
/// <param name="Holder">Whose policy it becomes.</param>
/// <param name="Actor">Who wants to: the holder, or an operator for them.</param>
/// <param name="Idempotent">How to know the request again; null where it cannot be known.</param>
internal sealed record BindOrder(Guid QuoteId, BindableQuote? Quote, string Holder, string Actor, IdempotentRequest? Idempotent)
{
    /// <summary>The request, whose trace what is sold goes on with.</summary>
    public Activity? Request { get; } = Activity.Current;
}

/// <summary>
/// Decides about orders. Each decision sees every one before it, because all are taken under the lock of the pool's row: of two buyers
/// racing for the last capacity, one wins. The orders that wait are decided together, one after the other, in one transaction with their
/// policies, journal entries and events, so that one commit serves many and costs three round trips whatever their number.
/// </summary>
internal sealed partial class BindDesk(
    NpgsqlDataSource database,
    IOptions<CapitalOptions> capital,
    IOptions<UnderwritingOptions> limits,
    IOptions<KnownEventOptions> knownEvents,
    UtilizationTelemetry telemetry,
    TimeProvider time,
    ILogger<BindDesk> logger) : BackgroundService
{
    /// <summary>Orders of one transaction; those behind them wait no longer than that takes.</summary>
    private const int LargestBatch = 64;

    /// <summary>PostgreSQL asks to try again: a serialization failure or a deadlock.</summary>
    private const int Attempts = 4;

    private readonly Channel<Waiting> _waiting = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(4096) { SingleReader = true });

    /// <summary>Orders that nobody has begun to decide.</summary>
    public int Queued => _waiting.Reader.Count;

    /// <summary>Hands the order in and waits for its decision.</summary>
    /// <exception cref="NpgsqlException">PostgreSQL is away; nothing was decided, or the answer was lost on the way.</exception>
    public async Task<BindOutcome> DecideAsync(BindOrder order, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(order, cancellationToken);
        await _waiting.Writer.WriteAsync(waiting, cancellationToken);
        return await waiting.Decided.Task;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await WorkAsync(stoppingToken);
        }
        finally
        {
            _waiting.Writer.TryComplete();
            while (_waiting.Reader.TryRead(out var left))
            {
                left.Decided.TrySetCanceled(CancellationToken.None);
            }
        }
    }

    private async Task WorkAsync(CancellationToken stoppingToken)
    {
        var batch = new List<Waiting>(LargestBatch);
        while (await _waiting.Reader.WaitToReadAsync(stoppingToken))
        {
            batch.Clear();
            while (batch.Count < LargestBatch && _waiting.Reader.TryRead(out var next))
            {
                if (!HasGone(next))
                {
                    batch.Add(next);
                }
            }

            if (batch.Count > 0)
            {
                await DecideAsync(batch);
            }
        }
    }

    private async Task DecideAsync(IReadOnlyList<Waiting> batch)
    {
        if (await TryAnswerAsync(batch) is not { } failure)
        {
            return;
        }

        if (batch.Count > 1 && !BrokenDependency.Is(failure))
        {
            // One of them is at fault; alone it fails alone.
            Log.DecidedOneByOne(logger, batch.Count, failure);
            await DecideOneByOneAsync(batch);
        }
        else
        {
            foreach (var waiting in batch)
            {
                waiting.Decided.TrySetException(failure);
            }
        }
    }

    private async Task DecideOneByOneAsync(IReadOnlyList<Waiting> batch)
    {
        Exception? away = null;
        foreach (var waiting in batch)
        {
            if (HasGone(waiting) || (away ?? await TryAnswerAsync([waiting])) is not { } failure)
            {
                continue;
            }

            // A server that is away is away for those behind too.
            away = BrokenDependency.Is(failure) ? failure : null;
            waiting.Decided.TrySetException(failure);
        }
    }

    /// <summary>Answers all of them, or none: then what failed.</summary>
    private async Task<Exception?> TryAnswerAsync(IReadOnlyList<Waiting> batch)
    {
        try
        {
            var outcomes = await TryDecideAsync([.. batch.Select(w => w.Order)]);
            foreach (var (waiting, outcome) in batch.Zip(outcomes))
            {
                telemetry.Decided(outcome);
                waiting.Decided.TrySetResult(outcome);
            }

            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    /// <summary>Whether the caller has gone, and then nothing is decided: who has gone buys nothing.</summary>
    private static bool HasGone(Waiting waiting) => waiting.Caller.IsCancellationRequested && waiting.Decided.TrySetCanceled(waiting.Caller);

    private async Task<IReadOnlyList<BindOutcome>> TryDecideAsync(IReadOnlyList<BindOrder> orders)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await DecideAsync(orders);
            }
            catch (PostgresException exception) when (attempt < Attempts
                && exception.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected)
            {
                Log.TriedAgain(logger, exception.SqlState);
            }
        }
    }

    private async Task<IReadOnlyList<BindOutcome>> DecideAsync(IReadOnlyList<BindOrder> orders)
    {
        using var activity = StartActivity(orders);
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var desk = await ReadAsync(connection, transaction, orders);
        var now = time.GetUtcNow();
        var sales = new Sales(desk, capital.Value, limits.Value, knownEvents.Value, now);
        var outcomes = orders.Select(sales.Decide).ToList();
        if (sales.Policies.Count > 0)
        {
            var batch = new WriteBatch(connection, transaction);
            PolicyStore.Insert(batch, sales.Policies);
            PoolStore.MoveCoverage(batch, [.. sales.Policies.Select(p => p.ToMove())]);
            LedgerStore.Write(batch, sales.Policies.Select(p => PremiumEntry(p, now)));
            batch.AppendEvents([.. sales.Policies.Select(p => BoundEvent(p, now))], sales.Requests);
            IdempotencyStore.Save(batch, sales.Answers, now);
            foreach (var (policy, actor) in sales.ForOthers)
            {
                AuditTrail.Write(batch, actor, "policy_bound", new { policy.PolicyId, policy.QuoteId, policy.Holder, policy.CoverageUsd, policy.PremiumUsd }, now);
            }

            await batch.ExecuteAsync(CancellationToken.None);
            await transaction.CommitAsync();
            telemetry.Sold(sales.Policies);
        }

        return outcomes;
    }

    /// <summary>One span for all orders that are decided together: part of the first one's trace, and linked with the others to and fro.</summary>
    private static Activity? StartActivity(IReadOnlyList<BindOrder> orders)
    {
        var activity = UtilizationTelemetry.Activities.StartActivity(
            "decide orders", ActivityKind.Internal, orders.Select(o => o.Request?.Context ?? default));
        if (activity is not null)
        {
            activity.SetTag("sure.orders", orders.Count);
            foreach (var order in orders.Skip(1))
            {
                order.Request?.AddLink(new ActivityLink(activity.Context));
            }
        }

        return activity;
    }

    /// <summary>Locks the pool and reads everything the decisions rest on. One round trip.</summary>
    private static async Task<DeskView> ReadAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<BindOrder> orders)
    {
        var keys = orders.Select(o => o.Idempotent).OfType<IdempotentRequest>().ToList();
        await using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            PoolStore.LockSql
            + PoolStore.ReadSql
            + MarketStore.ReadSql
            + "SELECT quote_id FROM policy WHERE quote_id = ANY (@QuoteIds);"
            + IdempotencyStore.ReadSql,
            new
            {
                QuoteIds = orders.Select(o => o.QuoteId).ToArray(),
                ClientIds = keys.Select(k => k.ClientId).ToArray(),
                Keys = keys.Select(k => k.Key).ToArray(),
            },
            transaction));
        await results.ReadAsync();
        return new DeskView(
            await PoolStore.ParseAsync(results),
            await MarketStore.ParseAsync(results),
            (await results.ReadAsync<Guid>()).ToHashSet(),
            await IdempotencyStore.ParseAsync(results));
    }

    private static JournalEntry PremiumEntry(Policy policy, DateTimeOffset now) => JournalEntry.Of(
        "premium",
        $"{policy.PolicyId}",
        now,
        Posting.Debit(Account.Cash, policy.PremiumUsd),
        Posting.Credit(Account.PremiumUnearned, policy.PremiumUsd));

    private static PolicyBound BoundEvent(Policy policy, DateTimeOffset now) => new(
        Guid.CreateVersion7(now),
        now,
        policy.PolicyId,
        policy.QuoteId,
        policy.Product.CoverageType,
        policy.Product.Chain,
        policy.Product.Stablecoin,
        policy.CoverageUsd,
        policy.PremiumUsd,
        policy.StandardRate,
        policy.Terms,
        policy.StartsAt,
        policy.EndsAt);

    private sealed record Waiting(BindOrder Order, CancellationToken Caller)
    {
        public TaskCompletionSource<BindOutcome> Decided { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} orders could not be decided together and are decided one by one")]
        public static partial void DecidedOneByOne(ILogger logger, int count, Exception exception);

        [LoggerMessage(Level = LogLevel.Information, Message = "PostgreSQL asked to try again ({SqlState})")]
        public static partial void TriedAgain(ILogger logger, string sqlState);
    }
}

/// <summary>What decisions rest on, read under the lock of the pool.</summary>
/// <param name="Pool">The pool.</param>
/// <param name="Market">What is known of coins, bridges, incidents and risk.</param>
/// <param name="BoundQuotes">Those of the quotes that are policies already.</param>
/// <param name="Answered">The requests that were answered before.</param>
internal sealed record DeskView(
    PoolSnapshot Pool, MarketKnowledge Market, IReadOnlySet<Guid> BoundQuotes, IReadOnlyDictionary<(string ClientId, string Key), KeptAnswer> Answered);

/// <summary>Decides orders one after the other; each sees the pool as those before it left it. No I/O.</summary>
internal sealed class Sales(DeskView view, CapitalOptions capital, UnderwritingOptions limits, KnownEventOptions knownEvents, DateTimeOffset now)
{
    private readonly HashSet<Guid> _bound = [.. view.BoundQuotes];
    private readonly Dictionary<(string ClientId, string Key), KeptAnswer> _answered = new(view.Answered);
    private readonly decimal? _worstStressLossUsd = view.Market.WorstStressLossUsd(now, limits);
    private PoolPosition _position = view.Pool.Position;

    /// <summary>The policies sold, in their order.</summary>
    public List<Policy> Policies { get; } = [];

    /// <summary>Those of the policies that somebody bound for another, and who did.</summary>
    public List<(Policy Policy, string Actor)> ForOthers { get; } = [];

    /// <summary>For each of the policies, the trace of the request that bought it.</summary>
    public List<ActivityContext> Requests { get; } = [];

    /// <summary>The answers to be kept.</summary>
    public List<(IdempotentRequest Request, StoredAnswer Answer)> Answers { get; } = [];

    /// <summary>What becomes of <paramref name="order"/>.</summary>
    public BindOutcome Decide(BindOrder order)
    {
        if (order.Idempotent is { } idempotent && _answered.TryGetValue((idempotent.ClientId, idempotent.Key), out var kept)
            && kept.Replay(idempotent) is { } replayed)
        {
            return replayed switch
            {
                MoneyOutcome.Moved moved => new BindOutcome.Bound(moved.Answer),
                MoneyOutcome.Refused refused => new BindOutcome.Refused(refused.Problem),
                _ => throw new UnreachableException(),
            };
        }

        if (_bound.Contains(order.QuoteId))
        {
            return new BindOutcome.AlreadyBound();
        }

        return order.Quote switch
        {
            // Ids of quotes carry their time: one of the past that is not there any more has expired.
            null => order.QuoteId.Version == 7 && TimeOf(order.QuoteId) < now ? new BindOutcome.Expired() : new BindOutcome.Unknown(),
            { } late when late.ExpiresAt <= now => new BindOutcome.Expired(),
            { Bindable: false } => new BindOutcome.NotBindable(),
            { } quote => Sell(quote, order),
        };
    }

    private BindOutcome Sell(BindableQuote quote, BindOrder order)
    {
        var product = new Product(quote.CoverageType, quote.Chain, quote.Stablecoin);
        var cover = new ProposedCover(product, quote.CoverageUsd, Attribution.Of(quote.CoverageUsd, capital.LossShares));
        var stops = new SalesStops(view.Pool.Breaker.Reason, KnownEvents.WhyNotSold(product, view.Market, now, knownEvents));
        var failed = Underwriting.Check(_position, cover, stops, _worstStressLossUsd, capital, limits).Where(c => !c.Passed).ToList();
        if (failed.Count > 0)
        {
            return new BindOutcome.Declined(failed);
        }

        var policy = Policy.Bind(quote, order.Holder, cover.Attribution, now);
        var answer = StoredAnswer.Of(StatusCodes.Status201Created, PolicyDocument.Of(policy, now), $"/api/v2/policies/{policy.PolicyId}");
        Policies.Add(policy);
        Requests.Add(order.Request?.Context ?? default);
        if (order.Actor != order.Holder)
        {
            ForOthers.Add((policy, order.Actor));
        }

        _bound.Add(quote.QuoteId);
        _position = Underwriting.After(_position, cover);
        if (order.Idempotent is { } idempotent)
        {
            Answers.Add((idempotent, answer));
            _answered[(idempotent.ClientId, idempotent.Key)] = new KeptAnswer(idempotent.BodyHash, answer, now);
        }

        return new BindOutcome.Bound(answer);
    }

    private static DateTimeOffset TimeOf(Guid version7) =>
        DateTimeOffset.FromUnixTimeMilliseconds(Convert.ToInt64(version7.ToString("N")[..12], fromBase: 16));
}
