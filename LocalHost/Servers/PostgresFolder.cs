using System.Security.Cryptography;
using System.Text;
using Sure.LocalHost.Output;
using Sure.LocalHost.Processes;

namespace Sure.LocalHost.Servers;

/// <summary>Where PostgreSQL keeps its data and as whom it runs.</summary>
internal sealed class PostgresFolder
{
    private const string SystemUser = "postgres";
    private const string Elsewhere = "/var/lib/sure";

    private readonly RunFolder _run;

    private PostgresFolder(string path, RunFolder run)
    {
        Path = path;
        _run = run;
    }

    /// <summary>The data directory.</summary>
    public string Path { get; }

    /// <summary>
    /// Chooses the place. For root that is one where PostgreSQL's user can get: within the data folder, or where a folder on the way to
    /// that is closed to others (such as <c>/root</c>), below <c>/var/lib/sure</c>.
    /// </summary>
    public static async Task<PostgresFolder> ChooseAsync(DataFolder data, RunFolder run, ConsoleLog console, CancellationToken cancellationToken)
    {
        if (!Posix.IsRoot)
        {
            return new(data.Postgres, run);
        }

        var elsewhere = ElsewhereFor(data);
        if (Directory.Exists(elsewhere))
        {
            return new(elsewhere, run);
        }

        // Others may pass through the data folder; they can neither list it nor read what is in it.
        File.SetUnixFileMode(data.Root, File.GetUnixFileMode(data.Root) | UnixFileMode.OtherExecute);
        var probe = AsItsUser(["test", "-x", data.Root]);
        var (exitCode, _) = await Command.RunAsync(run, "/", probe[0], [.. probe.Skip(1)], cancellationToken);
        if (exitCode == 0)
        {
            return new(data.Postgres, run);
        }

        console.Say($"PostgreSQL runs as user {SystemUser}, who cannot get to {data.Root}; its data is in {elsewhere} instead.");
        return new(elsewhere, run);
    }

    /// <summary>Forgets the data outside of the data folder, where there is any.</summary>
    public static void Reset(DataFolder data) => DataFolder.Remove(System.IO.Path.GetDirectoryName(ElsewhereFor(data))!);

    /// <summary>The command that runs <paramref name="command"/> as the user PostgreSQL runs as.</summary>
    public static IReadOnlyList<string> AsItsUser(IReadOnlyList<string> command) => Posix.IsRoot
        ? ["setpriv", $"--reuid={SystemUser}", $"--regid={SystemUser}", "--clear-groups", "--", .. command]
        : command;

    /// <summary>Makes the data directory where it is missing; one that was begun and not finished is made anew.</summary>
    public async Task PrepareAsync(string superuser, string password, CancellationToken cancellationToken)
    {
        if (File.Exists(System.IO.Path.Combine(Path, "PG_VERSION")))
        {
            await OwnAsync(cancellationToken);
            return;
        }

        var begun = Path + ".new";
        var passwordFile = Path + ".password";
        DataFolder.Remove(begun);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        DataFolder.MakePrivate(begun);
        DataFolder.WriteWhole(passwordFile, password);
        try
        {
            if (Posix.IsRoot)
            {
                await RequireAsync(["chown", $"{SystemUser}:{SystemUser}", begun, passwordFile], cancellationToken);
            }

            await RequireAsync(
                AsItsUser(
                [
                    System.IO.Path.Combine(Programs.PostgresFor(Path), "initdb"),
                    "-D", begun, "-U", superuser, $"--pwfile={passwordFile}", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8",
                ]),
                cancellationToken);
        }
        finally
        {
            File.Delete(passwordFile);
        }

        Directory.Move(begun, Path);
    }

    private static string ElsewhereFor(DataFolder data) => System.IO.Path.Combine(
        Elsewhere, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(data.Root)))[..12], "postgres");

    /// <summary>Data made by an ordinary user can be used by root too, once it belongs to PostgreSQL's user.</summary>
    private async Task OwnAsync(CancellationToken cancellationToken)
    {
        if (!Posix.IsRoot)
        {
            return;
        }

        var (_, owner) = await Command.RunAsync(_run, "/", "stat", ["-c", "%U", Path], cancellationToken);
        if (owner != SystemUser)
        {
            await RequireAsync(["chown", "-R", $"{SystemUser}:{SystemUser}", Path], cancellationToken);
        }
    }

    private async Task RequireAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var (exitCode, output) = await Command.RunAsync(_run, "/", command[0], [.. command.Skip(1)], cancellationToken);
        if (exitCode != 0)
        {
            throw new StartException($"The data of PostgreSQL cannot be made in {Path}: {output.Split('\n')[^1]}");
        }
    }
}
