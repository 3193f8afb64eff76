using System.Globalization;

namespace Sure.Bench;

/// <summary>What a benchmark was told on the command line: names followed by their values.</summary>
internal static class CommandLine
{
    public static int Option(string[] options, string name, int otherwise) =>
        int.Parse(Text(options, name, $"{otherwise}"), NumberStyles.None, CultureInfo.InvariantCulture);

    public static string Text(string[] options, string name, string otherwise) =>
        Array.IndexOf(options, name) is >= 0 and var at && at + 1 < options.Length ? options[at + 1] : otherwise;
}
