namespace Sure.LocalHost;

/// <summary>Where the repository is and which build of it this program belongs to.</summary>
public static class RepositoryRoot
{
    private const string Mark = "Platform.sln";

    /// <summary>The nearest folder from <paramref name="folder"/> upward that holds the solution.</summary>
    /// <exception cref="StartException">There is none.</exception>
    public static string Find(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, Mark)))
            {
                return at.FullName;
            }
        }

        throw new StartException($"No folder from {folder} upward holds {Mark}; LocalHost must be started from within the repository.");
    }

    /// <summary>The configuration whose output folder <paramref name="folder"/> is: <c>release</c> of <c>artifacts/bin/LocalHost/release/</c>.</summary>
    public static string ConfigurationOf(string folder) => new DirectoryInfo(folder).Name;
}
