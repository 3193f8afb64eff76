using System.ComponentModel.DataAnnotations;

namespace Sure.Coordination.Intake;

/// <summary>Settings of event intake, section <c>Intake</c>.</summary>
public sealed class IntakeOptions
{
    /// <summary>How often producers are asked for what did not arrive. 100 ms … 1 min, default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan CatchUpInterval { get; set; } = TimeSpan.FromSeconds(5);
}

/// <summary>Whose events this service takes.</summary>
/// <param name="Producers">Names of services.</param>
internal sealed record EventSubscription(IReadOnlyList<string> Producers);
