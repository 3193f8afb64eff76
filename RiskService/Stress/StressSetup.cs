using Microsoft.Extensions.Options;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Settings;
using Sure.RiskService.Scenarios;
using Sure.ServiceDefaults.Description;

namespace Sure.RiskService.Stress;

/// <summary>What stress tests need.</summary>
internal static class StressSetup
{
    public static void AddStress(this IHostApplicationBuilder builder)
    {
        builder.Services.DescribeBounds<Shock>(bounds => bounds
            .Above("peg_ratios[]", 0).Range("peg_ratios[]", least: null, Shock.GreatestPegRatio)
            .OneOf("bridges[]", Bridge.All.Select(b => b.Id))
            .Above("chains[]", 0).Range("chains[]", least: null, 1)
            .Above("types[]", 0).Range("types[]", least: null, 1)
            .Range("btc_move", -1, Shock.GreatestBtcMove));
        builder.Services.AddOptions<StressOptions>().BindConfiguration("Risk").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddOptions<RiskCapacityOptions>().BindStrictly("Capital:RiskCapacities", o => o.RiskCapacities)
            .ValidateFaults(o => o.Faults()).ValidateOnStart();
        builder.Services.AddSingleton(services => new StressRules(
            services.GetRequiredService<IOptions<StressOptions>>().Value.DeployedBtcShare,
            services.GetRequiredService<IOptions<RiskCapacityOptions>>().Value.RiskCapacities.AsReadOnly()));
        // Read here: a file that breaks a rule ends the process at start, not the first request.
        builder.Services.AddSingleton(ScenarioLibrary.Read());
    }
}
