namespace Sure.LocalHost;

/// <summary>What was asked for on the command line.</summary>
/// <param name="DataFolder">Where data is kept; null for <c>.data</c> of the repository.</param>
/// <param name="Empty">Without the demonstration book.</param>
/// <param name="Reset">Forget all data first.</param>
/// <param name="Configuration">Which build to start; null for the one this program belongs to.</param>
/// <param name="Help">Only say what there is.</param>
public sealed record LocalHostOptions(
    string? DataFolder = null,
    bool Empty = false,
    bool Reset = false,
    string? Configuration = null,
    bool Help = false)
{
    /// <summary>Reads the arguments; a value may follow its option or an equals sign.</summary>
    /// <exception cref="StartException">An argument is unknown or lacks its value.</exception>
    public static LocalHostOptions Parse(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var options = new LocalHostOptions();
        for (var i = 0; i < arguments.Count; i++)
        {
            var (name, value) = Split(arguments[i]);
            options = name switch
            {
                "--data" => options with { DataFolder = Value() },
                "--configuration" or "-c" => options with { Configuration = Value() },
                "--empty" => Flag(options with { Empty = true }),
                "--reset" => Flag(options with { Reset = true }),
                "--help" or "-h" => Flag(options with { Help = true }),
                // These two are the business of ./run, which hands on all it was given.
                "--no-build" or "--no-install" => Flag(options),
                _ => throw new StartException($"There is no option '{name}'; ./run --help lists what there is."),
            };

            string Value() =>
                value ?? (i + 1 < arguments.Count && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal)
                    ? arguments[++i]
                    : throw new StartException($"{name} needs a value; ./run --help says which."));

            LocalHostOptions Flag(LocalHostOptions with) =>
                value is null ? with : throw new StartException($"{name} takes no value.");
        }

        return options;
    }

    private static (string Name, string? Value) Split(string argument) =>
        argument.StartsWith("--", StringComparison.Ordinal) && argument.IndexOf('=', StringComparison.Ordinal) is > 0 and var at
            ? (argument[..at], argument[(at + 1)..])
            : (argument, null);
}
