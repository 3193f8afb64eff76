using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Sure.LocalHost;

/// <summary>The folder that holds everything the platform keeps on this machine.</summary>
public sealed class DataFolder : IDisposable
{
    /// <summary>With less than this a server would stop soon, in worse words than ours.</summary>
    private const long LeastFreeBytes = 200 * 1024 * 1024;

    /// <summary>Says in a folder that it is one of these; without it nothing in there is touched.</summary>
    private const string Marker = "sure-data";

    private const string LockFile = "lock";

    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly FileStream _lock;

    private DataFolder(string path, FileStream held)
    {
        Root = path;
        _lock = held;
    }

    /// <summary>The folder itself, absolute.</summary>
    public string Root { get; }

    /// <summary>Which ports were used.</summary>
    public string PortsFile => At("ports.json");

    /// <summary>Passwords of the servers and roles.</summary>
    public string SecretsFile => At("secrets.json");

    /// <summary>The API key that the gateway makes at its first start.</summary>
    public string DevelopmentKeyFile => At("dev-api-key");

    /// <summary>Says that the platform is ready, and as which processes.</summary>
    public string ReadyFile => At("ready.json");

    /// <summary>Whether the book is the demonstration or a live one; decided at the first start.</summary>
    public string BookFile => At("book");

    /// <summary>How far the demonstration book has come.</summary>
    public string DemonstrationFile => At("demonstration.json");

    /// <summary>The last lines of every process.</summary>
    public string Logs => At("logs");

    /// <summary>Which processes run, for those who have to end them.</summary>
    public string Run => At("run");

    /// <summary>Redis' data.</summary>
    public string Redis => At("redis");

    /// <summary>RabbitMQ's data.</summary>
    public string RabbitMq => At("rabbitmq");

    /// <summary>PostgreSQL's data, unless its user cannot get here.</summary>
    public string Postgres => At("postgres");

    /// <summary>A number that is different for different folders.</summary>
    public uint Seed => BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(Root)));

    /// <summary>Makes the folder where it is missing, and takes it for this process alone.</summary>
    /// <exception cref="StartException">It holds what is not ours, another LocalHost has it, or there is no room.</exception>
    public static DataFolder Open(string path)
    {
        var root = Path.GetFullPath(path);
        if (File.Exists(root))
        {
            throw new StartException($"{root} is a file; --data needs a folder.");
        }

        Directory.CreateDirectory(root);
        if (!IsOurs(root))
        {
            throw new StartException($"{root} holds files that are not the platform's, and --reset would remove some of them: choose an empty folder or a new one with --data DIR.");
        }

        var free = new DriveInfo(root).AvailableFreeSpace;
        if (free < LeastFreeBytes)
        {
            throw new StartException($"The disk that holds {root} has only {free / 1024 / 1024} MB left: make room or choose another folder with --data DIR.");
        }

        var held = Lock(root);
        File.WriteAllText(Path.Combine(root, Marker), "What ./run keeps is in this folder; ./run --reset removes it.\n");
        return new DataFolder(root, held);
    }

    /// <summary>Forgets everything that was kept, and nothing that is not ours.</summary>
    public void Reset()
    {
        foreach (var file in new[] { PortsFile, SecretsFile, DevelopmentKeyFile, ReadyFile, BookFile, DemonstrationFile })
        {
            File.Delete(file);
        }

        foreach (var folder in new[] { Logs, Redis, RabbitMq, Postgres })
        {
            Remove(folder);
        }
    }

    /// <summary>A folder that only the owner can enter; made where it is missing.</summary>
    public static string MakePrivate(string folder)
    {
        Directory.CreateDirectory(folder, Owner);
        File.SetUnixFileMode(folder, Owner);
        return folder;
    }

    /// <summary>Removes <paramref name="folder"/> with all that is in it, where it exists.</summary>
    public static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Writes a file that only the owner can read, so that a reader sees the old text or the new one and never half of it.</summary>
    public static void WriteWhole(string file, string text)
    {
        var half = file + ".new";
        File.Delete(half);
        using (var stream = new FileStream(half, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerFile,
        }))
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }

        File.Move(half, file, overwrite: true);
    }

    /// <inheritdoc />
    public void Dispose() => _lock.Dispose();

    /// <summary>Empty, but for a lock that is just being taken, or made by a LocalHost; those before this one left no marker.</summary>
    private static bool IsOurs(string root)
    {
        var names = Directory.EnumerateFileSystemEntries(root).Select(p => Path.GetFileName(p)).ToHashSet(StringComparer.Ordinal);
        return names.Contains(Marker) || names.IsSubsetOf([LockFile]) || names.IsSupersetOf([LockFile, "secrets.json", "ports.json"]);
    }

    private static FileStream Lock(string root)
    {
        try
        {
            // The system gives the lock back when the process ends, however it ends.
            return new FileStream(Path.Combine(root, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (exception is not (FileNotFoundException or DirectoryNotFoundException))
        {
            throw new StartException($"Another LocalHost runs with the data in {root}: stop it first or choose another folder with --data DIR.", exception);
        }
    }

    private string At(string name) => Path.Combine(Root, name);
}
