using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Sure.ServiceDefaults.Telemetry;

/// <summary>
/// Log lines on standard output as the console's formatters make them, by the console's own settings (<c>Logging:Console</c>). Lines are
/// written together every <see cref="Interval"/>: the framework's console wakes a thread and calls the system for each line, which for a
/// line per request costs more than making it. What is an error is written at once, with all before it.
/// </summary>
[ProviderAlias("Console")]
internal sealed class BatchedConsole : ILoggerProvider, ISupportExternalScope
{
    /// <summary>Lines wait for others this long at most.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Characters that may wait; whoever adds more waits until they are written, so that a reader that is stuck cannot fill the memory.</summary>
    private const int Most = 1 << 20;

    private readonly ConsoleFormatter _formatter;
    private readonly TextWriter _output;
    private readonly Lock _filling = new();
    private readonly Lock _writing = new();
    private readonly SemaphoreSlim _hasLines = new(0);
    private readonly ManualResetEventSlim _isOver = new();
    private readonly Thread _thread;
    private StringBuilder _lines = new();
    private StringBuilder _spare = new();

    public BatchedConsole(IEnumerable<ConsoleFormatter> formatters, IOptions<ConsoleLoggerOptions> options)
        : this(Choose(formatters, options.Value), Console.Out)
    {
    }

    internal BatchedConsole(ConsoleFormatter formatter, TextWriter output)
    {
        (_formatter, _output) = (formatter, output);
        _thread = new Thread(WriteInBatches) { IsBackground = true, Name = "Console" };
        _thread.Start();
        AppDomain.CurrentDomain.ProcessExit += WriteLast;
    }

    private IExternalScopeProvider? Scopes { get; set; }

    /// <summary>Takes the place of the framework's console, where that is wanted at all.</summary>
    public static void Replace(IServiceCollection services)
    {
        var index = services.ToList().FindIndex(s => s.ServiceType == typeof(ILoggerProvider) && s.ImplementationType == typeof(ConsoleLoggerProvider));
        if (index >= 0)
        {
            services[index] = ServiceDescriptor.Singleton<ILoggerProvider, BatchedConsole>();
        }
    }

    public ILogger CreateLogger(string categoryName) => new Log(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => Scopes = scopeProvider;

    /// <summary>Writes what waits. Lines that still come are written each by itself.</summary>
    public void Dispose()
    {
        if (_isOver.IsSet)
        {
            return;
        }

        AppDomain.CurrentDomain.ProcessExit -= WriteLast;
        lock (_filling)
        {
            _isOver.Set();
            _hasLines.Release();
        }

        _thread.Join();
        Write();
        _hasLines.Dispose();
    }

    /// <summary>The formatter that the settings name.</summary>
    internal static ConsoleFormatter Choose(IEnumerable<ConsoleFormatter> formatters, ConsoleLoggerOptions options)
    {
        var name = options.FormatterName ?? ConsoleFormatterNames.Simple;
        return formatters.LastOrDefault(f => string.Equals(f.Name, name, StringComparison.OrdinalIgnoreCase))
            ?? throw new InvalidOperationException($"Logging:Console:FormatterName is '{name}', which is none of {string.Join(", ", formatters.Select(f => f.Name))}.");
    }

    private void WriteLast(object? sender, EventArgs e) => Write();

    private void Add(StringBuilder line, bool isUrgent)
    {
        bool writesHere;
        lock (_filling)
        {
            writesHere = isUrgent || _lines.Length + line.Length > Most || _isOver.IsSet;
            if (_lines.Length == 0 && !writesHere)
            {
                _hasLines.Release();
            }

            _lines.Append(line);
        }

        if (writesHere)
        {
            Write();
        }
    }

    private void WriteInBatches()
    {
        while (!_isOver.IsSet)
        {
            _hasLines.Wait();
            _isOver.Wait(Interval);
            Write();
        }
    }

    private void Write()
    {
        lock (_writing)
        {
            StringBuilder lines;
            lock (_filling)
            {
                (lines, _lines, _spare) = (_lines, _spare, _lines);
            }

            try
            {
                foreach (var chunk in lines.GetChunks())
                {
                    _output.Write(chunk.Span);
                }
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException)
            {
                // Nobody reads any more. There is nowhere to say so.
            }

            lines.Clear();
        }
    }

    private sealed class Log(BatchedConsole console, string category) : ILogger
    {
        private const int KeptCapacity = 1_024;

        [ThreadStatic]
        private static StringWriter? _writer;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => console.Scopes?.Push(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel is not LogLevel.None;

        void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            var writer = _writer ??= new StringWriter();
            console._formatter.Write(new LogEntry<TState>(logLevel, category, eventId, state, exception, formatter), console.Scopes, writer);
            var line = writer.GetStringBuilder();
            if (line.Length > 0)
            {
                console.Add(line, logLevel >= LogLevel.Error);
                line.Clear();
                line.Capacity = Math.Min(line.Capacity, KeptCapacity);
            }
        }
    }
}
