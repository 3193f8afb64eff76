using System.Diagnostics;
using System.Diagnostics.Metrics;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Telemetry;
using Sure.UtilizationService.Claims;
using Sure.UtilizationService.Policies;
using Sure.UtilizationService.Pool;

namespace Sure.UtilizationService;

/// <summary>What is measured of the pool and its business. Amounts are in USD. Counters begin at 0 where what they are split by is known.</summary>
internal sealed class UtilizationTelemetry
{
    /// <summary>Spans of this service's own work.</summary>
    public static readonly ActivitySource Activities = new("Sure.Utilization");

    /// <summary>Figures are looked at twice a second; an instance that has not for so long does not lead any more.</summary>
    private static readonly TimeSpan FigureLife = TimeSpan.FromSeconds(15);

    private readonly RenewedFigures<Look> _figures;
    private readonly Counter<long> _orders;
    private readonly Counter<long> _declined;
    private readonly Counter<long> _bound;
    private readonly Counter<double> _premium;
    private readonly Counter<double> _coverage;
    private readonly Counter<long> _decided;
    private readonly Counter<double> _owed;
    private readonly Counter<double> _paid;
    private readonly Counter<long> _trips;

    public UtilizationTelemetry(IMeterFactory meters, TimeProvider time)
    {
        _figures = new RenewedFigures<Look>(time);
        var meter = meters.Create("Sure.Utilization");
        _orders = meter.CreateCounter<long>("sure.policies.orders", "{order}", "Quotes somebody wanted to bind, by what became of it.");
        _declined = meter.CreateCounter<long>("sure.policies.declined", "{check}", "Underwriting checks that declined an order, by check.");
        _bound = meter.CreateCounter<long>("sure.policies.bound", "{policy}", "Policies bound, by coverage type.");
        _premium = meter.CreateCounter<double>("sure.policies.premium", "{usd}", "Premium of policies bound, by coverage type.");
        _coverage = meter.CreateCounter<double>("sure.policies.coverage", "{usd}", "Coverage of policies bound, by coverage type.");
        _decided = meter.CreateCounter<long>("sure.claims.decided", "{claim}", "Claims decided, by coverage type and outcome.");
        _owed = meter.CreateCounter<double>("sure.claims.owed", "{usd}", "What decided claims are owed, by coverage type.");
        _paid = meter.CreateCounter<double>("sure.claims.paid", "{usd}", "What was paid on claims.");
        _trips = meter.CreateCounter<long>("sure.breaker.trips", "{trip}", "How often the circuit breaker stopped sales.");
        foreach (var type in Words<CoverageType>.Members)
        {
            _bound.Add(0, Tag(type));
            _premium.Add(0, Tag(type));
            _coverage.Add(0, Tag(type));
            _decided.Add(0, Tag(type), Outcome("triggered"));
            _decided.Add(0, Tag(type), Outcome("refused"));
            _owed.Add(0, Tag(type));
        }

        _orders.Add(0, Outcome("bound"));
        _paid.Add(0);
        _trips.Add(0);

        ObservePool("sure.pool.capital", "{usd}", "Capital of all tranches.", p => p.TotalCapitalUsd);
        ObservePool("sure.pool.effective_capital", "{usd}", "Capital weighted by the risk capacity of its tranche.", p => p.EffectiveCapitalUsd);
        ObservePool("sure.pool.coverage", "{usd}", "Active coverage.", p => p.CoverageSoldUsd);
        ObservePool("sure.pool.policies", "{policy}", "Policies in force.", p => p.ActivePolicies);
        ObservePool("sure.pool.ltv", "1", "Coverage over effective capital; none with coverage and no capital.", p => p.Ltv);
        ObservePool("sure.pool.reserve_ratio", "1", "Liquid reserves over capital.", p => p.ReserveRatio);
        ObservePool("sure.pool.liquid_reserves", "{usd}", "Cash less claims payable and unearned premium.", p => p.LiquidReservesUsd);
        ObserveTranches("sure.tranche.capital", "{usd}", "Capital of a tranche.", t => t.TotalCapitalUsd);
        ObserveTranches("sure.tranche.utilization", "1", "Attributed coverage over capital of a tranche.", t => t.Utilization);
        ObserveTranches("sure.tranche.apy", "%", "Target yield of a tranche per year.", t => t.Apy);

        ObserveLook("sure.pool.claims_payable", "{usd}", "Claims decided and not paid.", l => (double)l.Snapshot.Position.ClaimsPayableUsd);
        ObserveLook("sure.pool.shortfall", "{usd}", "What no tranche could bear.", l => (double)l.Snapshot.Position.ShortfallUsd);
        ObserveLook("sure.breaker.open", "1", "Whether the circuit breaker stops sales: 1 or 0.", l => l.Snapshot.Breaker.Open ? 1 : 0);

        void ObserveLook(string name, string unit, string description, Func<Look, double> figure) => meter.CreateObservableGauge<double>(
            name, () => _figures.Current is { } look ? [new Measurement<double>(figure(look))] : [], unit, description);

        void ObservePool(string name, string unit, string description, Func<PoolFigures, decimal?> figure) => meter.CreateObservableGauge<double>(
            name, () => _figures.Current is { } told && figure(told.Told.Pool) is { } value ? [new Measurement<double>((double)value)] : [], unit, description);

        void ObserveTranches(string name, string unit, string description, Func<TrancheFigures, decimal> figure) => meter.CreateObservableGauge(
            name,
            () => (_figures.Current?.Told.Tranches ?? []).Select(
                t => new Measurement<double>((double)figure(t), new KeyValuePair<string, object?>("sure.tranche", t.TrancheId.Word()))),
            unit,
            description);
    }

    /// <summary>The figures are these from now on.</summary>
    public void Tell(PoolSnapshot snapshot, TrancheUtilizationChanged told) => _figures.Tell(new Look(snapshot, told), FigureLife);

    /// <summary>The figures have not changed.</summary>
    public void Unchanged() => _figures.Renew();

    /// <summary>An order was decided.</summary>
    public void Decided(BindOutcome outcome)
    {
        _orders.Add(1, Outcome(outcome switch
        {
            BindOutcome.Bound => "bound",
            BindOutcome.AlreadyBound => "already_bound",
            BindOutcome.Expired => "expired",
            BindOutcome.Unknown => "unknown",
            BindOutcome.NotBindable => "not_bindable",
            BindOutcome.Refused => "refused",
            BindOutcome.Declined => "declined",
            _ => throw new UnreachableException(),
        }));
        foreach (var check in outcome is BindOutcome.Declined declined ? declined.Failed : [])
        {
            _declined.Add(1, new KeyValuePair<string, object?>("sure.check", check.Check));
        }
    }

    /// <summary>Policies were bound.</summary>
    public void Sold(IReadOnlyCollection<Policy> policies)
    {
        foreach (var policy in policies)
        {
            var type = Tag(policy.Product.CoverageType);
            _bound.Add(1, type);
            _premium.Add((double)policy.PremiumUsd, type);
            _coverage.Add((double)policy.CoverageUsd, type);
        }
    }

    /// <summary>Claims were decided.</summary>
    public void Settled(IReadOnlyCollection<Decision> decisions, bool tripped)
    {
        foreach (var decision in decisions)
        {
            var type = Tag(decision.Policy.Product.CoverageType);
            _decided.Add(1, type, Outcome(decision.Triggered ? "triggered" : "refused"));
            _owed.Add((double)(decision.Claim.PayoutUsd ?? 0), type);
        }

        _trips.Add(tripped ? 1 : 0);
    }

    /// <summary>Claims were paid.</summary>
    public void Paid(decimal amountUsd) => _paid.Add((double)amountUsd);

    private static KeyValuePair<string, object?> Tag(CoverageType type) => new("sure.coverage_type", type.Word());

    private static KeyValuePair<string, object?> Outcome(string outcome) => new("sure.outcome", outcome);

    private sealed record Look(PoolSnapshot Snapshot, TrancheUtilizationChanged Told);
}
