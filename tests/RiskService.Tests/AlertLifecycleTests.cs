using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.RiskService.Alerts;
using Sure.RiskService.Exposures;

namespace Sure.RiskService.Tests;

public sealed class AlertLifecycleTests
{
    private static readonly LimitOptions Limits = new();
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The messages are those of the domain, §8.</summary>
    [Theory]
    [InlineData(AlertType.LtvBreach, "", 0.76, Severity.Critical, "LTV critical: 76.00% >= 75.00%")]
    [InlineData(AlertType.LtvBreach, "", 0.70, Severity.High, "LTV warning: 70.00% >= 70.00%")]
    [InlineData(AlertType.ReserveLow, "", 0.18, Severity.High, "Reserves warning: 18.00% <= 20.00%")]
    [InlineData(AlertType.ReserveLow, "", 0.15, Severity.Critical, "Reserves critical: 15.00% <= 15.00%")]
    [InlineData(AlertType.ConcentrationHigh, "USDC", 0.27, Severity.High, "Concentration warning: 27.00% >= 25.00%")]
    [InlineData(AlertType.CorrelationSpike, "", 0.70, Severity.High, "Correlation warning: 70.00% >= 70.00%")]
    [InlineData(AlertType.CorrelationSpike, "", 0.85, Severity.Critical, "Correlation critical: 85.00% >= 85.00%")]
    [InlineData(AlertType.StressLossHigh, "", 0.30, Severity.High, "Stress loss warning: 30.00% >= 30.00%")]
    [InlineData(AlertType.StressLossHigh, "", 0.45, Severity.Critical, "Stress loss critical: 45.00% >= 45.00%")]
    [InlineData(AlertType.VarBreach, "", 0.06, Severity.High, "VaR warning: 6.00% >= 6.00%")]
    [InlineData(AlertType.VarBreach, "", 0.10, Severity.Critical, "VaR critical: 10.00% >= 10.00%")]
    public void A_figure_at_its_limit_raises_an_alert(AlertType type, string subject, double value, Severity severity, string message)
    {
        var raised = Assert.IsType<AlertChange.Raised>(Assert.Single(Judge([], Read(type, value, subject)))).Alert;

        Assert.Equal((type, subject, severity, message, (decimal)value, Start), (raised.AlertType, raised.Subject, raised.Severity, raised.Message, raised.CurrentValue, raised.Timestamp));
    }

    [Theory]
    [InlineData(AlertType.LtvBreach, 0.6999)]
    [InlineData(AlertType.ReserveLow, 0.2001)]
    [InlineData(AlertType.ConcentrationHigh, 0.2499)]
    public void A_figure_inside_its_limit_raises_none(AlertType type, double value) => Assert.Empty(Judge([], Read(type, value, "")));

    [Fact]
    public void An_alert_is_raised_once_and_updated_while_it_lasts()
    {
        var raised = Raise(AlertType.LtvBreach, 0.71);

        Assert.Empty(Judge([raised], Read(AlertType.LtvBreach, 0.71)));
        var updated = Assert.IsType<AlertChange.Updated>(Assert.Single(Judge([raised], Read(AlertType.LtvBreach, 0.72)))).Alert;
        Assert.Equal((raised.AlertId, "LTV warning: 72.00% >= 70.00%"), (updated.AlertId, updated.Message));
    }

    [Fact]
    public void It_escalates_with_the_same_id()
    {
        var raised = Raise(AlertType.LtvBreach, 0.71);

        var escalated = Assert.IsType<AlertChange.Escalated>(Assert.Single(Judge([raised], Read(AlertType.LtvBreach, 0.75)))).Alert;

        Assert.Equal((raised.AlertId, Severity.Critical, 0.75m), (escalated.AlertId, escalated.Severity, escalated.LimitValue));
    }

    /// <summary>0.01 back inside the High limit: LTV 0.69, reserves 0.21.</summary>
    [Theory]
    [InlineData(AlertType.LtvBreach, 0.71, 0.6901, false)]
    [InlineData(AlertType.LtvBreach, 0.71, 0.69, true)]
    [InlineData(AlertType.ReserveLow, 0.19, 0.2099, false)]
    [InlineData(AlertType.ReserveLow, 0.19, 0.21, true)]
    public void It_clears_only_past_the_hysteresis(AlertType type, double at, double then, bool clears)
    {
        var change = Assert.Single(Judge([Raise(type, at)], Read(type, then)));

        Assert.Equal(clears, change is AlertChange.Cleared);
    }

    [Fact]
    public void It_falls_back_from_critical_past_the_same_margin()
    {
        var critical = Raise(AlertType.LtvBreach, 0.76);

        Assert.Equal(Severity.Critical, Assert.Single(Judge([critical], Read(AlertType.LtvBreach, 0.745))).Alert.Severity);
        Assert.Equal(Severity.High, Assert.Single(Judge([critical], Read(AlertType.LtvBreach, 0.74))).Alert.Severity);
    }

    [Fact]
    public void A_coin_whose_cover_ended_is_not_concentrated_any_more()
    {
        var raised = Raise(AlertType.ConcentrationHigh, 0.27, "USDC");
        var empty = new Exposure(Start, new PoolFigures(1_000_000, 700_000, 0, 0, 0, 1, 1_000_000), []);

        var change = Assert.Single(AlertLifecycle.Judge([raised], Reading.Of(empty, new RiskFigures(0, 0, MeanAbsoluteCorrelation: null), Limits), Start));

        Assert.Equal(raised.AlertId, Assert.IsType<AlertChange.Cleared>(change).Alert.AlertId);
    }

    /// <summary>Not to know the correlation any more is no sign that it fell.</summary>
    [Fact]
    public void An_alert_whose_figure_is_not_known_lasts()
    {
        var raised = Raise(AlertType.CorrelationSpike, 0.86);

        Assert.Empty(Judge([raised], Read(AlertType.LtvBreach, 0.1)));
        Assert.Equal([raised], AlertLifecycle.After([raised], []));
    }

    /// <summary>Half a point below 6 %, not a whole one as for the others.</summary>
    [Fact]
    public void Value_at_risk_has_a_hysteresis_of_its_own()
    {
        var raised = Raise(AlertType.VarBreach, 0.065);

        Assert.IsType<AlertChange.Updated>(Assert.Single(Judge([raised], Read(AlertType.VarBreach, 0.0551))));
        Assert.IsType<AlertChange.Cleared>(Assert.Single(Judge([raised], Read(AlertType.VarBreach, 0.055))));
    }

    [Fact]
    public void Coverage_without_capital_is_beyond_every_limit()
    {
        var raised = Assert.Single(Judge([], new Reading(AlertType.LtvBreach, "", Value: null, Limits.Ltv))).Alert;

        Assert.Equal(Severity.Critical, raised.Severity);
        Assert.Null(raised.CurrentValue);
        Assert.Empty(Judge([raised], new Reading(AlertType.LtvBreach, "", Value: null, Limits.Ltv)));
    }

    private static Alert Raise(AlertType type, double value, string subject = "") => Assert.Single(Judge([], Read(type, value, subject))).Alert;

    private static IReadOnlyList<AlertChange> Judge(IReadOnlyCollection<Alert> lasting, Reading reading) =>
        AlertLifecycle.Judge(lasting, [reading], Start);

    private static Reading Read(AlertType type, double value, string subject = "") => new(type, subject, (decimal)value, type switch
    {
        AlertType.LtvBreach => Limits.Ltv,
        AlertType.ReserveLow => Limits.Reserves,
        AlertType.ConcentrationHigh => Limits.Concentration,
        AlertType.CorrelationSpike => Limits.Correlation,
        AlertType.StressLossHigh => Limits.StressLoss,
        AlertType.VarBreach => Limits.ValueAtRisk,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    });
}
