using Spectre.Console;

namespace Sure.LocalHost.Output;

/// <summary>What the user sees: the lines of all processes, each behind the coloured name of its process, and our own sentences.</summary>
internal sealed class ConsoleLog(IAnsiConsole console)
{
    private const int NameWidth = 20;

    private static readonly Color[] Palette =
    [
        Color.Aqua, Color.Yellow, Color.Fuchsia, Color.Lime, Color.DodgerBlue1, Color.Orange1, Color.MediumPurple1, Color.Turquoise2, Color.Salmon1, Color.Grey,
    ];

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Style> _styles = new(StringComparer.Ordinal);
    private bool _closed;

    /// <summary>On the standard output; colours where it is a terminal and <c>NO_COLOR</c> is not set.</summary>
    public static ConsoleLog OnStandardOutput()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        // Lines are the processes' own: they must not be broken anew.
        console.Profile.Width = short.MaxValue;
        return new ConsoleLog(console);
    }

    /// <summary>A line that the process called <paramref name="name"/> wrote.</summary>
    public void Line(string name, string line)
    {
        lock (_lock)
        {
            if (!_styles.TryGetValue(name, out var style))
            {
                style = new Style(Palette[_styles.Count % Palette.Length]);
                _styles[name] = style;
            }

            Write(name, style, line, Style.Plain);
        }
    }

    /// <summary>A sentence of our own.</summary>
    public void Say(string sentence) => Own(sentence, Style.Plain);

    /// <summary>A sentence of our own about something good.</summary>
    public void Succeed(string sentence) => Own(sentence, new Style(Color.Green));

    /// <summary>A sentence of our own about something that should not be.</summary>
    public void Warn(string sentence) => Own(sentence, new Style(Color.Yellow));

    /// <summary>A sentence of our own about the end.</summary>
    public void Fail(string sentence) => Own(sentence, new Style(Color.Red));

    private void Own(string sentence, Style style)
    {
        lock (_lock)
        {
            Write("sure", Style.Plain, sentence, style);
        }
    }

    private void Write(string name, Style nameStyle, string text, Style textStyle)
    {
        if (_closed)
        {
            return;
        }

        try
        {
            console.Write(new Text(name.PadRight(NameWidth), nameStyle));
            if (textStyle.Equals(Style.Plain))
            {
                console.Profile.Out.Writer.WriteLine(text);
            }
            else
            {
                console.Write(new Text(text, textStyle));
                console.Profile.Out.Writer.WriteLine();
            }
        }
        catch (IOException)
        {
            // Nobody reads any more (a pipe that was closed, a terminal that is gone). The platform does not end for that.
            _closed = true;
        }
    }
}
