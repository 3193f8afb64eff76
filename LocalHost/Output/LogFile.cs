namespace Sure.LocalHost.Output;

/// <summary>Keeps the last lines of a process in a file, which is cut back now and then.</summary>
internal sealed class LogFile : IDisposable
{
    /// <summary>At least so many lines are kept; the file never has more than twice as many.</summary>
    public const int Kept = 500;

    /// <summary>How .NET, PostgreSQL, Redis and Erlang begin their last words; what follows is where it was.</summary>
    private static readonly string[] Fatal = ["Unhandled exception", "FATAL:", "Fatal error", "FATAL CONFIG", "BOOT FAILED", "No space left"];

    private readonly Lock _lock = new();
    private readonly Queue<string> _last = new(Kept);
    private StreamWriter? _writer;
    private int _written;
    private string? _latest;
    private string? _fatal;

    public LogFile(string path)
    {
        Path = path;
        foreach (var line in File.Exists(path) ? File.ReadLines(path) : [])
        {
            Keep(line);
        }

        Rewrite();
    }

    /// <summary>What says best why it ended: the last line about something fatal since the start, else the last line; null when there was none.</summary>
    public string? Telling => _fatal ?? _latest;

    /// <summary>Where it is.</summary>
    public string Path { get; }

    public void Add(string line)
    {
        lock (_lock)
        {
            _latest = line;
            if (Fatal.Any(f => line.Contains(f, StringComparison.Ordinal)))
            {
                _fatal = line;
            }

            Keep(line);
            try
            {
                Write(line);
            }
            catch (IOException)
            {
                // The disk may be full; the line was shown all the same.
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _writer?.Dispose();
            _writer = null;
        }
    }

    private void Write(string line)
    {
        if (_writer is null)
        {
            return;
        }

        if (++_written < 2 * Kept)
        {
            _writer.WriteLine(line);
            return;
        }

        _writer.Dispose();
        Rewrite();
    }

    private void Keep(string line)
    {
        if (_last.Count == Kept)
        {
            _last.Dequeue();
        }

        _last.Enqueue(line);
    }

    private void Rewrite()
    {
        _writer = new StreamWriter(Path, append: false);
        foreach (var kept in _last)
        {
            _writer.WriteLine(kept);
        }

        _writer.Flush();
        _writer.AutoFlush = true;
        _written = _last.Count;
    }
}
