using Sure.LocalHost.Processes;

namespace Sure.LocalHost.Servers;

/// <summary>A private Redis that keeps everything it is told.</summary>
internal sealed class RedisServer(PlatformAddresses addresses, DataFolder data) : IServer
{
    private readonly string _settings = Path.Combine(data.Redis, "redis.conf");
    private readonly int _port = addresses.Port(PlatformGraph.Cache);

    public string Title => "Redis";

    public IReadOnlyList<ProcessSpec> Processes { get; } =
    [
        new(
            PlatformGraph.Cache,
            PlatformGraph.Cache,
            Programs.Redis,
            [Path.Combine(data.Redis, "redis.conf")],
            data.Root,
            new Dictionary<string, string?>(StringComparer.Ordinal)),
    ];

    public Task PrepareAsync(CancellationToken cancellationToken)
    {
        DataFolder.MakePrivate(data.Redis);
        // A file rather than arguments: everybody can read those.
        DataFolder.WriteWhole(
            _settings,
            $"""
            bind {PlatformAddresses.Host}
            port {_port}
            requirepass {addresses.Password(PlatformGraph.Cache)}
            dir "{data.Redis}"
            appendonly yes
            save ""
            daemonize no
            loglevel warning

            """);
        return Task.CompletedTask;
    }

    public async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        var answer = await Wire.AskAsync(
            _port, $"AUTH {addresses.Password(PlatformGraph.Cache)}\r\nGET ready\r\n", cancellationToken);
        // While it reads its file it lets us in and refuses to answer.
        return answer is not null && answer.StartsWith("+OK", StringComparison.Ordinal) && !answer.Contains("-LOADING", StringComparison.Ordinal);
    }
}
