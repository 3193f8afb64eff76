using System.Text;

namespace Sure.DeploymentTests;

/// <summary>The files of the repository.</summary>
internal static class Repository
{
    public static string Root { get; } = LocalHost.RepositoryRoot.Find(AppContext.BaseDirectory);

    /// <summary>The C# of <paramref name="project"/> and of the projects that all services have.</summary>
    public static string SourceOf(string project)
    {
        var text = new StringBuilder();
        foreach (var file in new[] { project, "Coordination", "ServiceDefaults" }.SelectMany(p => Directory.GetFiles(Path.Combine(Root, p), "*.cs", SearchOption.AllDirectories)))
        {
            text.AppendLine(File.ReadAllText(file));
        }

        return text.ToString();
    }

    public static string Read(params string[] path) => File.ReadAllText(Path.Combine([Root, .. path]));
}
