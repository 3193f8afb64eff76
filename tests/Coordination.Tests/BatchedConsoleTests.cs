using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Sure.ServiceDefaults.Telemetry;
using Sure.TestServers;

namespace Sure.Coordination.Tests;

/// <summary>Log lines on standard output: together where that can wait, all of them, and in order.</summary>
public sealed partial class BatchedConsoleTests
{
    private const int Threads = 4;
    private const int LinesOfEach = 2_000;

    [Fact]
    public void No_line_is_lost_and_each_thread_s_lines_stay_in_order()
    {
        using var output = new Output();
        using (var console = new BatchedConsole(new Bare(), output))
        {
            var logger = console.CreateLogger("x");
            var threads = Enumerable.Range(0, Threads).Select(thread => new Thread(() =>
            {
                for (var line = 0; line < LinesOfEach; line++)
                {
                    Count(logger, thread, line);
                }
            })).ToList();
            threads.ForEach(t => t.Start());
            threads.ForEach(t => t.Join());
        }

        var lines = output.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ')).ToList();
        Assert.Equal(Threads * LinesOfEach, lines.Count);
        Assert.All(
            lines.GroupBy(l => l[0], l => int.Parse(l[1], CultureInfo.InvariantCulture), StringComparer.Ordinal),
            ofThread => Assert.Equal(Enumerable.Range(0, LinesOfEach), ofThread));
    }

    [Fact]
    public async Task Lines_that_come_together_are_written_together()
    {
        using var output = new Output();
        using var console = new BatchedConsole(new Bare(), output);
        var logger = console.CreateLogger("x");
        for (var line = 0; line < LinesOfEach; line++)
        {
            Count(logger, 0, line);
        }

        await Eventually.HoldsAsync(
            () => Task.FromResult(output.Text.Count(c => c == '\n')),
            lines => lines == LinesOfEach,
            "all lines are written while the process goes on",
            TestContext.Current.CancellationToken);
        Assert.InRange(output.Writes, 1, LinesOfEach / 10);
    }

    [Fact]
    public void An_error_is_there_at_once_after_all_that_came_before_it()
    {
        using var output = new Output();
        using var console = new BatchedConsole(new Bare(), output);
        var logger = console.CreateLogger("x");

        Say(logger, "before");
        Cry(logger, "broken");

        Assert.Equal("before\nbroken\n", output.Text);
    }

    [Fact]
    public void What_is_logged_after_the_end_is_written_too()
    {
        using var output = new Output();
        var console = new BatchedConsole(new Bare(), output);
        var logger = console.CreateLogger("x");
        console.Dispose();

        Say(logger, "late");

        Assert.Equal("late\n", output.Text);
    }

    [Fact]
    public async Task Whoever_logs_more_than_is_read_waits_for_the_reader()
    {
        // Three million characters, of which some million may wait.
        const int Lines = 3_000;
        var text = new string('x', 999);
        using var output = new Output { IsStuck = true };
        using var console = new BatchedConsole(new Bare(), output);
        var logger = console.CreateLogger("x");
        var logged = 0;
        var thread = new Thread(() =>
        {
            for (; logged < Lines; logged++)
            {
                Say(logger, text);
            }
        });
        thread.Start();

        await Eventually.HoldsAsync(
            () => Task.FromResult((Logged: Volatile.Read(ref logged), thread.ThreadState)),
            now => now is { Logged: > 1_000, ThreadState: ThreadState.WaitSleepJoin },
            "whoever logs waits",
            TestContext.Current.CancellationToken);
        Assert.InRange(logged, 1_001, 2_200);

        output.IsStuck = false;
        thread.Join();
        console.Dispose();
        Assert.Equal(Lines * 1_000, output.Text.Length);
    }

    [Fact]
    public void Every_service_has_it_in_place_of_the_framework_s_and_who_wants_none_has_none()
    {
        Assert.Equal([typeof(BatchedConsole)], Consoles(Host.CreateApplicationBuilder()));

        var silent = Host.CreateApplicationBuilder();
        silent.Logging.ClearProviders();
        Assert.Empty(Consoles(silent));

        static IEnumerable<Type> Consoles(HostApplicationBuilder builder)
        {
            builder.AddServiceDefaults();
            using var services = builder.Services.BuildServiceProvider();
            return [.. services.GetServices<ILoggerProvider>().Select(p => p.GetType()).Where(t => t == typeof(BatchedConsole) || t == typeof(ConsoleLoggerProvider))];
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Text}")]
    private static partial void Say(ILogger logger, string text);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Thread} {Line}")]
    private static partial void Count(ILogger logger, int thread, int line);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Text}")]
    private static partial void Cry(ILogger logger, string text);

    private sealed class Bare() : ConsoleFormatter("bare")
    {
        public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
        {
            textWriter.Write(logEntry.Formatter(logEntry.State, logEntry.Exception));
            textWriter.Write('\n');
        }
    }

    /// <summary>Keeps what is written; stuck, it takes nothing until it is not any more.</summary>
    private sealed class Output : StringWriter
    {
        private readonly ManualResetEventSlim _open = new(initialState: true);
        private readonly ConcurrentQueue<string> _written = new();

        public Output()
            : base(CultureInfo.InvariantCulture)
        {
        }

        public bool IsStuck
        {
            set
            {
                if (value)
                {
                    _open.Reset();
                }
                else
                {
                    _open.Set();
                }
            }
        }

        public string Text => string.Concat(_written);

        public int Writes => _written.Count;

        public override void Write(ReadOnlySpan<char> buffer)
        {
            _open.Wait();
            _written.Enqueue(buffer.ToString());
        }

        protected override void Dispose(bool disposing)
        {
            _open.Set();
            base.Dispose(disposing);
        }
    }
}
