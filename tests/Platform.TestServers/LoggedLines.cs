using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Sure.TestServers;

/// <summary>Keeps what is logged.</summary>
public sealed class LoggedLines : ILoggerProvider
{
    private readonly ConcurrentQueue<Line> _lines = new();

    /// <summary>What a class has logged, in order.</summary>
    public IReadOnlyList<(LogLevel Level, string Text)> Of<T>() =>
        [.. _lines.Where(l => l.Category == typeof(T).FullName).Select(l => (l.Level, l.Text))];

    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName) => new Category(_lines, categoryName);

    /// <inheritdoc />
    public void Dispose()
    {
        // Nothing to give back; what was kept is still read.
    }

    private sealed record Line(string Category, LogLevel Level, string Text);

    private sealed class Category(ConcurrentQueue<Line> lines, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue(new Line(name, logLevel, formatter(state, exception)));
    }
}
