namespace Sure.TestServers;

/// <summary>The browser in which tests open pages.</summary>
public static class Chromium
{
    /// <summary>The environment variable that names its program, for those who have it elsewhere or have another one of its kind.</summary>
    public const string Setting = "SURE_CHROMIUM";

    private static readonly string[] Names = ["chromium", "google-chrome", "chromium-browser"];

    /// <summary>The path of its program: that which <see cref="Setting"/> names, or the one that is installed.</summary>
    /// <exception cref="InvalidOperationException">There is none; the message says how to install it.</exception>
    public static string Find() => Find(Environment.GetEnvironmentVariable(Setting), Environment.GetEnvironmentVariable("PATH"));

    /// <summary>The path of its program.</summary>
    /// <param name="chosen">What <see cref="Setting"/> says; null or empty where it says nothing.</param>
    /// <param name="path">The folders of programs, with a colon between them.</param>
    /// <exception cref="InvalidOperationException">There is none; the message says how to install it.</exception>
    public static string Find(string? chosen, string? path)
    {
        if (!string.IsNullOrEmpty(chosen))
        {
            return File.Exists(chosen) ? chosen : throw new InvalidOperationException($"{Setting} is '{chosen}', where there is no browser.");
        }

        return Names.SelectMany(_ => (path ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries), (name, folder) => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException(
                $"Chromium is not installed: on Debian 'apt-get install -y --no-install-recommends chromium' installs it; on Ubuntu, whose package is a snap, install Google Chrome, or name another browser of its kind with {Setting}.");
    }
}
