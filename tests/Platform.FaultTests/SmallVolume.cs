using System.ComponentModel;
using System.Diagnostics;
using Sure.TestServers;

namespace Sure.FaultTests;

/// <summary>
/// A small file system in memory at the platform's data folder that can be filled up. Only what PostgreSQL keeps is on it: what others
/// keep there is elsewhere, so that it is PostgreSQL's volume that is full.
/// </summary>
internal sealed class SmallVolume : IAsyncDisposable
{
    private static readonly string[] Elsewhere = ["redis", "rabbitmq", "logs", "run"];

    private readonly string _folder;
    private readonly string _filling;
    private readonly string _elsewhere;

    private SmallVolume(string folder, string elsewhere)
    {
        _folder = folder;
        _filling = Path.Combine(folder, "filling");
        _elsewhere = elsewhere;
    }

    /// <summary>Mounts it over an empty folder; a sentence instead where that may not be done.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="megabytes">Room for the database and the log that it writes ahead, of 1 GB at most before a checkpoint.</param>
    public static async Task<(SmallVolume? Volume, string? Why)> MountAsync(string folder, int megabytes)
    {
        var (code, said) = await RunAsync("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=0711", "sure-faults", folder);
        if (code != 0)
        {
            return (null, $"No disk is filled up: a tmpfs cannot be mounted here ({said.Trim()}).");
        }

        var elsewhere = Directory.CreateTempSubdirectory("sure-faults-").FullName;
        foreach (var name in Elsewhere)
        {
            Directory.CreateDirectory(Path.Combine(elsewhere, name));
            Directory.CreateSymbolicLink(Path.Combine(folder, name), Path.Combine(elsewhere, name));
        }

        // Otherwise LocalHost would take what is in there for somebody else's.
        await File.WriteAllTextAsync(Path.Combine(folder, "sure-data"), "");
        return (new SmallVolume(folder, elsewhere), null);
    }

    /// <summary>Takes every byte that is left.</summary>
    public void Fill()
    {
        using var file = new FileStream(_filling, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            // Nearly all of it at once; PostgreSQL may take some of the rest meanwhile.
            PreallocationSize = new DriveInfo(_folder).AvailableFreeSpace * 9 / 10,
        });
        file.Position = file.Length;
        var block = new byte[1024 * 1024];
        try
        {
            while (true)
            {
                file.Write(block);
                file.Flush();
            }
        }
        catch (IOException)
        {
            // Full. What is left is less than a block.
        }
    }

    /// <summary>Gives it back.</summary>
    public void Free() => File.Delete(_filling);

    public async ValueTask DisposeAsync()
    {
        await RunAsync("umount", "-l", _folder);
        Directory.Delete(_elsewhere, recursive: true);
    }

    private static async Task<(int Code, string Said)> RunAsync(string program, params string[] arguments)
    {
        try
        {
            var run = await Tool.RunAsync(new ProcessStartInfo(program, arguments), TimeSpan.FromSeconds(30), CancellationToken.None);
            return (run.ExitCode, run.Errors);
        }
        catch (Win32Exception exception)
        {
            return (-1, exception.Message);
        }
    }
}
