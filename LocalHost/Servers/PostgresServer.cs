using System.Globalization;
using Npgsql;
using Sure.LocalHost.Processes;

namespace Sure.LocalHost.Servers;

/// <summary>
/// A private PostgreSQL. It refuses to run as root; started by root it runs as the user <c>postgres</c>, who must be able to get to the
/// data.
/// </summary>
internal sealed class PostgresServer : IServer
{
    /// <summary>Its superuser; only we know the password.</summary>
    public const string Superuser = "sure_admin";

    private const string SystemUser = "postgres";
    private static readonly TimeSpan LeftoverLimit = TimeSpan.FromSeconds(5);

    private readonly PlatformAddresses _addresses;
    private readonly PostgresFolder _folder;
    private readonly TimeProvider _time;

    public PostgresServer(PlatformAddresses addresses, PostgresFolder folder, TimeProvider time)
    {
        _addresses = addresses;
        _folder = folder;
        _time = time;
        string[] server =
        [
            Path.Combine(Programs.PostgresFor(folder.Path), "postgres"),
            "-D", folder.Path,
            "-c", $"listen_addresses={PlatformAddresses.Host}",
            "-c", $"port={addresses.Port(PlatformGraph.Postgres)}",
            "-c", "unix_socket_directories=",
            "-c", $"max_connections={PlatformAddresses.DatabaseConnections}",
            "-c", "log_checkpoints=off",
        ];
        var command = PostgresFolder.AsItsUser(server);
        Processes =
        [
            new(
                PlatformGraph.Postgres,
                PlatformGraph.Postgres,
                command[0],
                [.. command.Skip(1)],
                Path.GetPathRoot(folder.Path)!,
                new Dictionary<string, string?>(StringComparer.Ordinal),
                // Interrupt is its "fast": open transactions are rolled back, nobody is waited for.
                Posix.Interrupt,
                EndLeftoverAsync),
        ];
    }

    public string Title => "PostgreSQL";

    public IReadOnlyList<ProcessSpec> Processes { get; }

    public Task PrepareAsync(CancellationToken cancellationToken) =>
        _folder.PrepareAsync(Superuser, _addresses.Password(Superuser), cancellationToken);

    public async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = new NpgsqlConnection(AdministrationOf("postgres"));
            await connection.OpenAsync(cancellationToken);
            return true;
        }
        catch (NpgsqlException exception)
        {
            return exception.SqlState is PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification
                ? throw new StartException($"PostgreSQL in {_folder.Path} does not know the password in the data folder; begin anew with --reset.", exception)
                : false;
        }
    }

    /// <summary>The connection string of the superuser.</summary>
    public string AdministrationOf(string database) =>
        $"Host={PlatformAddresses.Host};Port={_addresses.Port(PlatformGraph.Postgres)};Username={Superuser};"
        + $"Password={_addresses.Password(Superuser)};Database={database};Pooling=false;Timeout=3";

    /// <summary>
    /// After a crash its lock file stays, and its process id may be somebody else's by now, which PostgreSQL would take for itself. What
    /// is left of it is ended, and the lock file goes.
    /// </summary>
    private async Task EndLeftoverAsync(CancellationToken cancellationToken)
    {
        var lockFile = Path.Combine(_folder.Path, "postmaster.pid");
        if (!File.Exists(lockFile))
        {
            return;
        }

        if (int.TryParse(File.ReadLines(lockFile).FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && IsOurs(id))
        {
            Posix.Signal(id, Posix.Interrupt);
            var startedAt = _time.GetTimestamp();
            while (IsOurs(id) && _time.GetElapsedTime(startedAt) < LeftoverLimit)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), _time, cancellationToken);
            }

            if (IsOurs(id))
            {
                Posix.Signal(id, Posix.Kill);
            }
        }

        File.Delete(lockFile);
    }

    private bool IsOurs(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").Split('\0') is [var program, "-D", var data, ..]
                && Path.GetFileName(program) == SystemUser
                && data == _folder.Path;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
