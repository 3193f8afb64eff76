using System.Text.Json;
using Sure.LocalHost.Processes;

namespace Sure.LocalHost;

/// <summary>Tells other programs that the platform is ready and which process is which; written anew whenever one changes.</summary>
internal sealed class ReadyFile(string file, Uri gateway)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly Lock _lock = new();
    private IReadOnlyList<SupervisedProcess>? _processes;

    /// <summary>From now on the file is there, about these processes.</summary>
    public void Announce(IReadOnlyList<SupervisedProcess> processes)
    {
        lock (_lock)
        {
            _processes = processes;
            Write();
        }
    }

    /// <summary>A process changed; nothing happens before the announcement and after the withdrawal.</summary>
    public void Refresh()
    {
        lock (_lock)
        {
            try
            {
                Write();
            }
            catch (IOException)
            {
                // The disk may be full. That must not cost the process its supervision; the next change is written with this one.
            }
        }
    }

    /// <summary>The platform is not ready any more.</summary>
    public void Withdraw()
    {
        lock (_lock)
        {
            _processes = null;
            File.Delete(file);
        }
    }

    private void Write()
    {
        if (_processes is null)
        {
            return;
        }

        var resources = _processes
            .Where(p => p.Resource is not null && p.ProcessId is not null)
            .Select(p => new { p.Resource, Pid = p.ProcessId });
        DataFolder.WriteWhole(file, JsonSerializer.Serialize(new { Gateway = gateway.GetLeftPart(UriPartial.Authority), Resources = resources }, Json));
    }
}
