using System.Globalization;

namespace Sure.LocalHost.Servers;

/// <summary>Where the programs are that the platform needs and that are not ours.</summary>
internal static class Programs
{
    private const string PostgresVersions = "/usr/lib/postgresql";

    /// <summary>Administrators' folders are not on everybody's path.</summary>
    private static readonly string[] FurtherFolders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    /// <summary>The script itself: what is on the path under this name wants to become another user first.</summary>
    public static string RabbitMq => Existing("/usr/lib/rabbitmq/bin/rabbitmq-server") ?? Required("rabbitmq-server");

    /// <summary>The Redis server.</summary>
    public static string Redis => Required("redis-server");

    /// <summary>Erlang's port mapper, which RabbitMQ needs.</summary>
    public static string Epmd => Required("epmd");

    /// <summary>The runtime that services are run with: the one we run on.</summary>
    public static string DotNet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? Find("dotnet")
        ?? Existing(Path.Combine(Environment.GetEnvironmentVariable("DOTNET_ROOT") ?? "/usr/share/dotnet", "dotnet"))
        ?? throw new StartException("dotnet is not on the path; add the folder of the .NET SDK to PATH.");

    /// <summary>Every program that is missing, in one sentence with what installs it; null when there is none.</summary>
    public static string? Missing()
    {
        var packages = new List<(string Program, string Package)>();
        if (NewestPostgres() is null)
        {
            packages.Add(("PostgreSQL", "postgresql"));
        }

        foreach (var (program, package) in new[]
            {
                ("redis-server", "redis-server"), ("rabbitmq-server", "rabbitmq-server"), ("epmd", "rabbitmq-server"),
                ("setsid", "util-linux"), ("setpriv", "util-linux"),
            })
        {
            if (Find(program) is null)
            {
                packages.Add((program, package));
            }
        }

        return packages.Count == 0
            ? null
            : $"{string.Join(", ", packages.Select(p => p.Program))} missing: run "
                + $"'apt-get install -y --no-install-recommends {string.Join(' ', packages.Select(p => p.Package).Distinct(StringComparer.Ordinal))}'.";
    }

    /// <summary>The folder of PostgreSQL's programs: of the version that <paramref name="data"/> was made by, or the newest.</summary>
    /// <exception cref="StartException">The version that the data needs is not installed.</exception>
    public static string PostgresFor(string data)
    {
        var version = Path.Combine(data, "PG_VERSION");
        if (!File.Exists(version))
        {
            return NewestPostgres() ?? throw new StartException(Missing()!);
        }

        var needed = File.ReadAllText(version).Trim();
        var folder = Path.Combine(PostgresVersions, needed, "bin");
        return File.Exists(Path.Combine(folder, "postgres"))
            ? folder
            : throw new StartException($"{data} was made by PostgreSQL {needed}, which is not installed: install postgresql-{needed}, or begin anew with --reset.");
    }

    private static string? NewestPostgres() => Directory.Exists(PostgresVersions)
        ? Directory.GetDirectories(PostgresVersions)
            .Where(d => File.Exists(Path.Combine(d, "bin", "postgres")))
            .OrderByDescending(d => double.TryParse(Path.GetFileName(d), NumberStyles.Float, CultureInfo.InvariantCulture, out var version) ? version : 0)
            .Select(d => Path.Combine(d, "bin"))
            .FirstOrDefault()
        : null;

    private static string Required(string program) => Find(program) ?? throw new StartException(Missing() ?? $"{program} is missing.");

    private static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(FurtherFolders)
            .Select(folder => Existing(Path.Combine(folder, program)))
            .FirstOrDefault(found => found is not null);

    private static string? Existing(string file) => File.Exists(file) ? file : null;
}
