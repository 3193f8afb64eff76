using System.Net.Sockets;
using System.Text;
using Npgsql;
using Sure.EndToEndTests;

namespace Sure.FaultTests;

/// <summary>Something that goes wrong with the platform, and what must be so afterwards.</summary>
internal abstract record Fault
{
    /// <summary>After a dependency is back, or another instance has to do, the service is back within this time.</summary>
    protected static readonly TimeSpan BackWithin = TimeSpan.FromSeconds(10);

    /// <summary>Another instance leads within this time after the leader has died or hangs.</summary>
    protected static readonly TimeSpan LedWithin = TimeSpan.FromSeconds(15);

    /// <summary>How long something is waited for before the run is given up; what is held against the limits above is the time it took.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Whether the other instance has to be there, or nothing would be left of a service.</summary>
    internal virtual bool NeedsTwo => false;

    /// <summary>Makes it happen and end, waits for the recovery, and says how long that took.</summary>
    public async Task<Recovery> HappenAsync(DoubledPlatform platform, Progress progress)
    {
        var usual = (await progress.GoesWellAsync(Progress.Now, Patience)).Took;
        var times = new List<Span>();
        var over = await BreakAsync(platform, progress, times);
        var (last, took) = await progress.GoesWellAsync(over, Patience);
        times.Add(new($"back (last {last})", took, BackWithin));
        return new Recovery(this, usual, times);
    }

    /// <summary>Makes it happen; the moment from which on the platform can be whole again.</summary>
    protected abstract Task<long> BreakAsync(DoubledPlatform platform, Progress progress, List<Span> times);

    /// <summary>Waits until all leases of a service that are held by <paramref name="gone"/> are held by others.</summary>
    protected static async Task<TimeSpan> OthersLeadAsync(DoubledPlatform platform, string service, int gone, long since)
    {
        await Eventually.HoldsAsync(
            () => Leases.ReadAsync(platform, service), leases => leases.All(l => l.Holder != gone && l.Held), Patience, $"another {service} leads than {gone}");
        return TimeProvider.System.GetElapsedTime(since);
    }
}

/// <summary>A time that something took.</summary>
/// <param name="What">What.</param>
/// <param name="Took">How long.</param>
/// <param name="Limit">How long it may.</param>
internal sealed record Span(string What, TimeSpan Took, TimeSpan Limit)
{
    public override string ToString() => $"{What} {Took.TotalSeconds:0.0} s (≤ {Limit.TotalSeconds:0})";
}

/// <summary>What a fault did.</summary>
/// <param name="Fault">Which.</param>
/// <param name="Usual">How long the same work took just before, when nothing was broken; that much is no recovery.</param>
/// <param name="Times">What it took.</param>
internal sealed record Recovery(Fault Fault, TimeSpan Usual, IReadOnlyList<Span> Times)
{
    /// <summary>Whether nothing took longer than it may.</summary>
    public bool IsWithinLimits => Times.All(t => t.Took <= t.Limit + Usual);

    public override string ToString() => $"{Fault}: {string.Join(", ", Times)}; usually {Usual.TotalSeconds:0.0} s{(IsWithinLimits ? "" : "  TOO LONG")}";
}

/// <summary>An instance of a service is killed; the other one goes on.</summary>
/// <param name="Service">Which service.</param>
/// <param name="Instance">Which of the two.</param>
internal sealed record KilledInstance(string Service, int Instance) : Fault
{
    internal override bool NeedsTwo => true;

    protected override async Task<long> BreakAsync(DoubledPlatform platform, Progress progress, List<Span> times)
    {
        var pid = platform.Running.ProcessIdsOf(Service)[Instance];
        var killedAt = Progress.Now;
        await DoubledPlatform.SignalAsync("KILL", pid);
        if (Service is not "realtimeservice")
        {
            times.Add(new("another leads", await OthersLeadAsync(platform, Service, pid, killedAt), LedWithin));
        }

        return killedAt;
    }
}

/// <summary>The leader of a service is stopped for longer than its leases last, and wakes up when another leads.</summary>
/// <param name="Service">Which service.</param>
/// <param name="Lease">The leader of what.</param>
internal sealed record StoppedLeader(string Service, string Lease) : Fault
{
    internal override bool NeedsTwo => true;

    protected override async Task<long> BreakAsync(DoubledPlatform platform, Progress progress, List<Span> times)
    {
        var before = (await Leases.ReadAsync(platform, Service)).Single(l => l.Name == Lease);
        var stoppedAt = Progress.Now;
        await DoubledPlatform.SignalAsync("STOP", before.Holder);
        try
        {
            times.Add(new("another leads", await OthersLeadAsync(platform, Service, before.Holder, stoppedAt), LedWithin));
        }
        finally
        {
            await DoubledPlatform.SignalAsync("CONT", before.Holder);
        }

        var awakeAt = Progress.Now;
        // Deposed is deposed: whoever was stopped does not lead again by waking up.
        var after = (await Leases.ReadAsync(platform, Service)).Single(l => l.Name == Lease);
        Assert.True(after.Epoch > before.Epoch && after.Holder != before.Holder, $"{before} became {after}");
        return awakeAt;
    }
}

/// <summary>A server is killed.</summary>
/// <param name="Server">Which.</param>
internal sealed record KilledServer(string Server) : Fault
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(2);

    protected override async Task<long> BreakAsync(DoubledPlatform platform, Progress progress, List<Span> times)
    {
        var pid = platform.Running.ProcessIdsOf(Server).Single();
        await DoubledPlatform.SignalAsync("KILL", pid);
        await Eventually.HoldsAsync(() => AnswersAsync(platform), answers => answers, Patience, $"{Server} is back");
        return Progress.Now;
    }

    private async Task<bool> AnswersAsync(DoubledPlatform platform)
    {
        try
        {
            switch (Server)
            {
                case "postgres":
                    await using (await platform.OpenDatabaseAsync())
                    {
                        return true;
                    }

                case "cache":
                    // While it reads its file it lets us in and refuses to answer.
                    var answer = await AskAsync(platform, $"AUTH {platform.PasswordOf(Server)}\r\nGET any\r\n", enough: a => a.Count(c => c is '\n') >= 2);
                    return answer.Contains("$-1", StringComparison.Ordinal);
                default:
                    return (await AskAsync(platform, "AMQP\0\0\u0009\u0001", enough: a => a.Length > 0)).StartsWith('\u0001');
            }
        }
        catch (Exception exception) when (exception is NpgsqlException or SocketException or IOException)
        {
            return false;
        }
    }

    /// <summary>What the server says until it is <paramref name="enough"/>, or hangs up.</summary>
    private async Task<string> AskAsync(DoubledPlatform platform, string question, Func<string, bool> enough)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(AnswerLimit);
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", platform.PortOf(Server), limit.Token);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(question), limit.Token);
        var buffer = new byte[256];
        var answer = "";
        while (!enough(answer) && await client.GetStream().ReadAsync(buffer, limit.Token) is > 0 and var count)
        {
            answer += Encoding.Latin1.GetString(buffer, 0, count);
        }

        return answer;
    }
}

/// <summary>All connections to a server are reset, and for a while new ones too.</summary>
/// <param name="Server">Which.</param>
/// <param name="Lasts">How long.</param>
internal sealed record ResetConnections(string Server, TimeSpan Lasts) : Fault
{
    protected override async Task<long> BreakAsync(DoubledPlatform platform, Progress progress, List<Span> times)
    {
        await platform.WayTo(Server).ResetAsync(Lasts);
        return Progress.Now;
    }
}

/// <summary>Packets between the services and a server are dropped for a while.</summary>
/// <param name="Server">Which.</param>
/// <param name="Lasts">How long.</param>
internal sealed record DroppedPackets(string Server, TimeSpan Lasts) : Fault
{
    protected override async Task<long> BreakAsync(DoubledPlatform platform, Progress progress, List<Span> times)
    {
        await platform.WayTo(Server).StallAsync(Lasts);
        return Progress.Now;
    }
}

/// <summary>All connections of clients to a gateway are reset.</summary>
/// <param name="Gateway">Which of the two.</param>
internal sealed record ResetClients(int Gateway) : Fault
{
    protected override async Task<long> BreakAsync(DoubledPlatform platform, Progress progress, List<Span> times)
    {
        await platform.Doors[Gateway].ResetAsync(TimeSpan.Zero);
        return Progress.Now;
    }
}

/// <summary>PostgreSQL's volume is full until orders have been refused for it.</summary>
internal sealed record FullDisk : Fault
{
    private const int Refusals = 5;

    protected override async Task<long> BreakAsync(DoubledPlatform platform, Progress progress, List<Span> times)
    {
        var before = progress.RefusalsOf(Work.Sale, Work.Capital);
        platform.Volume!.Fill();
        try
        {
            await Eventually.HoldsAsync(
                () => Task.FromResult(progress.RefusalsOf(Work.Sale, Work.Capital)), now => now >= before + Refusals, Patience, "orders are refused while the disk is full");
        }
        finally
        {
            platform.Volume.Free();
        }

        return Progress.Now;
    }
}
