using System.Globalization;
using System.Text;
using Sure.EndToEndTests;

namespace Sure.FaultTests;

/// <summary>What happened in a run, for people: printed with the test and kept in <c>artifacts/faults.txt</c>.</summary>
internal sealed class Report
{
    private readonly StringBuilder _text = new();
    private readonly List<Recovery> _recoveries = [];
    private readonly long _began = Progress.Now;

    public Report(int seed, string? note)
    {
        Say(string.Create(CultureInfo.InvariantCulture, $"SURE_FAULTS_SEED={seed}"));
        if (note is not null)
        {
            Say(note);
        }
    }

    /// <summary>Whether everything came back in the time that it may take.</summary>
    public bool IsWithinLimits => _recoveries.All(r => r.IsWithinLimits);

    public void Add(Recovery recovery)
    {
        _recoveries.Add(recovery);
        Say($"{recovery}");
    }

    /// <summary>Notes how long something takes that no limit is set to.</summary>
    public async Task DuringAsync(string what, Task task)
    {
        var began = Progress.Now;
        await task;
        Say($"  {what} after {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s");
    }

    public void Say(string line)
    {
        var stamped = $"{TimeProvider.System.GetElapsedTime(_began).TotalSeconds,6:0.0} s  {line}";
        _text.AppendLine(stamped);
        TestContext.Current.TestOutputHelper?.WriteLine(stamped);
    }

    /// <summary>Keeps it beside what was built.</summary>
    public void Write() => File.WriteAllText(Path.Combine(RunningPlatform.RepositoryRoot, "artifacts", "faults.txt"), _text.ToString());

    public override string ToString() => _text.ToString();
}
