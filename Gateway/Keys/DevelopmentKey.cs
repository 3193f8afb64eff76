using Sure.Coordination.Migrations;
using Sure.ServiceDefaults.Identity;

namespace Sure.Gateway.Keys;

/// <summary>
/// In development there is a key for whoever runs the platform, in the file <c>Platform:DevelopmentKeyFile</c>, with every scope and for
/// every source of observations; made when the file has none that is good.
/// </summary>
internal sealed partial class DevelopmentKey(
    string path, ApiKeyStore store, SchemaReady schema, TimeProvider time, ILogger<DevelopmentKey> logger) : KeyAtStart(schema, time, logger)
{
    public const string Setting = "Platform:DevelopmentKeyFile";

    private const string Subject = "development";
    private const decimal LimitScale = 1000;

    /// <summary>One that is good already and in no file, because that could not be written.</summary>
    private KeyText? _unwritten;

    protected override async Task EnsureAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await ReadAsync(cancellationToken) is { } text
            && await store.FindAsync(text.Prefix, cancellationToken) is { } known
            && known.Is(text)
            && known.IsAlive(now)
            // One of a version that gave it less is made anew.
            && known.Sources.Contains(Caller.AnySource))
        {
            return;
        }

        if (_unwritten is null)
        {
            var (key, fresh) = ApiKey.Create(Subject, Scope.All, sources: [Caller.AnySource], LimitScale, expiresAt: null, now);
            await store.AddAsync(key, cancellationToken);
            _unwritten = fresh;
        }

        await WriteAsync(_unwritten, cancellationToken);
        Log.Made(logger, path);
    }

    private async Task<KeyText?> ReadAsync(CancellationToken cancellationToken) =>
        File.Exists(path) && KeyText.TryParse((await File.ReadAllTextAsync(path, cancellationToken)).Trim(), out var text) ? text : null;

    /// <summary>Whole or not at all, and never readable by others.</summary>
    private async Task WriteAsync(KeyText text, CancellationToken cancellationToken)
    {
        var target = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var draft = $"{target}.{text.Prefix}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            await using (var writer = new StreamWriter(draft, options))
            {
                await writer.WriteLineAsync(text.Reveal().AsMemory(), cancellationToken);
            }

            File.Move(draft, target, overwrite: true);
        }
        finally
        {
            // Where it is still there: nobody looks for the key in it.
            File.Delete(draft);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Made a key for development; it is in {Path}")]
        public static partial void Made(ILogger logger, string path);
    }
}
