namespace Sure.LocalHost.Processes;

/// <summary>The shell scripts of this program, which travel inside it.</summary>
internal static class Scripts
{
    /// <summary>Becomes a supervised process.</summary>
    public static string Launch { get; } = Read("launch.sh");

    /// <summary>Ends what a LocalHost left behind.</summary>
    public static string Watchdog { get; } = Read("watchdog.sh");

    /// <summary>The environment variable that marks all that was started by one LocalHost.</summary>
    public const string Mark = "SURE_LOCALHOST";

    /// <summary>A text embedded under <paramref name="name"/>.</summary>
    public static string Read(string name)
    {
        using var stream = typeof(Scripts).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
