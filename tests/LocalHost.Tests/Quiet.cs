using System.Text;
using Spectre.Console;
using Sure.LocalHost.Output;

namespace Sure.LocalHost.Tests;

/// <summary>A console that tests can read, also while others write.</summary>
internal sealed class Quiet : IDisposable
{
    private readonly Kept _text = new();

    public Quiet() => Log = new ConsoleLog(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(_text) }));

    public ConsoleLog Log { get; }

    public override string ToString() => _text.ToString();

    public void Dispose() => _text.Dispose();

    private sealed class Kept : TextWriter
    {
        private readonly Lock _lock = new();
        private readonly StringBuilder _text = new();

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value)
        {
            lock (_lock)
            {
                _text.Append(value);
            }
        }

        public override string ToString()
        {
            lock (_lock)
            {
                return _text.ToString();
            }
        }
    }
}

/// <summary>A clock whose waits are over at once.</summary>
internal sealed class Impatient : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : dueTime, period);
}
