namespace Sure.RiskService.Scenarios;

/// <summary>The scenarios that come with the platform: the files <c>Scenarios/*.json</c>, which are part of this assembly.</summary>
internal sealed class ScenarioLibrary
{
    /// <summary>Of the resources, before the name of the file.</summary>
    internal const string Prefix = "Sure.RiskService.Scenarios.";

    private const string Extension = ".json";

    private ScenarioLibrary(IReadOnlyList<Scenario> all) => All = all;

    /// <summary>All, in the order of their ids.</summary>
    public IReadOnlyList<Scenario> All { get; }

    /// <summary>Reads every file.</summary>
    /// <exception cref="FormatException">One breaks a rule; the message names it.</exception>
    public static ScenarioLibrary Read()
    {
        var assembly = typeof(ScenarioLibrary).Assembly;
        return new ScenarioLibrary(
        [
            .. assembly.GetManifestResourceNames()
                .Where(r => r.StartsWith(Prefix, StringComparison.Ordinal) && r.EndsWith(Extension, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(r =>
                {
                    using var reader = new StreamReader(assembly.GetManifestResourceStream(r)!);
                    return ScenarioFile.Read(r[Prefix.Length..^Extension.Length], reader.ReadToEnd());
                }),
        ]);
    }

    /// <summary>The scenario of that id; null when there is none.</summary>
    public Scenario? Find(string id) => All.FirstOrDefault(s => s.Id == id);
}
