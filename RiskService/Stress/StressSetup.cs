using Microsoft.Extensions.Options;
using Sure.RiskService.Scenarios;

namespace Sure.RiskService.Stress;

/// <summary>What stress tests need.</summary>
internal static class StressSetup
{
    public static void AddStress(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<StressOptions>().BindConfiguration("Risk").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddOptions<RiskCapacityOptions>().BindConfiguration("Capital")
            .Validate(options => options.IsSound, "Capital:RiskCapacities must be 0 … 1.")
            .ValidateOnStart();
        builder.Services.AddSingleton(services => new StressRules(
            services.GetRequiredService<IOptions<StressOptions>>().Value.DeployedBtcShare,
            services.GetRequiredService<IOptions<RiskCapacityOptions>>().Value.RiskCapacities.AsReadOnly()));
        // Read here: a file that breaks a rule ends the process at start, not the first request.
        builder.Services.AddSingleton(ScenarioLibrary.Read());
    }
}
