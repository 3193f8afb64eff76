using Sure.LocalHost.Processes;

namespace Sure.LocalHost.Servers;

/// <summary>A private RabbitMQ with a port mapper of its own, so that it meets no other Erlang on this machine.</summary>
internal sealed class RabbitMqServer : IServer
{
    private const string Mapper = "epmd";

    /// <summary>Asks the mapper for the names it knows.</summary>
    private const string NamesRequest = "\0\u0001n";

    private static readonly TimeSpan MapperLimit = TimeSpan.FromSeconds(10);

    private readonly PlatformAddresses _addresses;
    private readonly DataFolder _data;
    private readonly TimeProvider _time;
    private readonly string _settings;
    private readonly string _plugins;

    public RabbitMqServer(PlatformAddresses addresses, DataFolder data, TimeProvider time)
    {
        _addresses = addresses;
        _data = data;
        _time = time;
        _settings = Path.Combine(data.RabbitMq, "rabbitmq.conf");
        _plugins = Path.Combine(data.RabbitMq, "enabled_plugins");
        Processes =
        [
            new(
                Resource: null,
                Mapper,
                Programs.Epmd,
                ["-port", $"{addresses.Port(Mapper)}", "-address", PlatformAddresses.Host],
                data.Root,
                Clean()),
            new(
                PlatformGraph.Messaging,
                PlatformGraph.Messaging,
                Programs.RabbitMq,
                [],
                data.Root,
                Settings(),
                // Without the mapper the broker would start one that stays when all is over.
                BeforeStartAsync: AwaitMapperAsync),
        ];
    }

    public string Title => "RabbitMQ";

    public IReadOnlyList<ProcessSpec> Processes { get; }

    public Task PrepareAsync(CancellationToken cancellationToken)
    {
        DataFolder.MakePrivate(_data.RabbitMq);
        DataFolder.WriteWhole(_plugins, "[].\n");
        DataFolder.WriteWhole(
            _settings,
            $"""
            listeners.tcp.1 = {PlatformAddresses.Host}:{_addresses.Port(PlatformGraph.Messaging)}
            default_user = {PlatformAddresses.BrokerUser}
            default_pass = {_addresses.Password(PlatformGraph.Messaging)}
            log.file = false
            log.console = true
            log.console.level = warning
            log.console.use_colors = off
            log.connection.level = error
            raft.wal_max_size_bytes = 33554432

            """);
        return Task.CompletedTask;
    }

    public async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        var answer = await Wire.AskAsync(_addresses.Port(PlatformGraph.Messaging), "AMQP\0\0\u0009\u0001", cancellationToken);
        // A frame of type 1 is Connection.Start; a broker of another version answers with its own header.
        return answer is ['\u0001', ..];
    }

    private async Task AwaitMapperAsync(CancellationToken cancellationToken)
    {
        var startedAt = _time.GetTimestamp();
        while (await Wire.AskAsync(_addresses.Port(Mapper), NamesRequest, cancellationToken) is null)
        {
            if (_time.GetElapsedTime(startedAt) > MapperLimit)
            {
                throw new TimeoutException($"{Mapper} does not listen");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), _time, cancellationToken);
        }
    }

    private Dictionary<string, string?> Settings() => new(Clean(), StringComparer.Ordinal)
    {
        ["HOME"] = _data.RabbitMq,
        ["RABBITMQ_NODENAME"] = "sure@localhost",
        ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
        ["RABBITMQ_CONFIG_FILE"] = _settings,
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = _plugins,
        ["RABBITMQ_MNESIA_BASE"] = Path.Combine(_data.RabbitMq, "data"),
        ["RABBITMQ_LOG_BASE"] = Path.Combine(_data.RabbitMq, "log"),
        ["RABBITMQ_PID_FILE"] = Path.Combine(_data.RabbitMq, "pid"),
        ["RABBITMQ_NODE_IP_ADDRESS"] = PlatformAddresses.Host,
        ["RABBITMQ_NODE_PORT"] = $"{_addresses.Port(PlatformGraph.Messaging)}",
        ["RABBITMQ_DIST_PORT"] = $"{_addresses.Port("messaging-nodes")}",
        // With input allowed the script becomes the broker instead of waiting for it: signals then reach the broker itself.
        ["RABBITMQ_ALLOW_INPUT"] = "1",
        // Beside five services its schedulers spin only briefly when they have nothing to do. Not at all, and every file that it reads at its
        // start, some thousands, would wait for a thread to be woken: it would take twice as long.
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] =
            "-noinput +B i +sbwt very_short +sbwtdcpu none +sbwtdio very_short -start_epmd false -kernel inet_dist_use_interface {127,0,0,1}",
        ["ERL_EPMD_PORT"] = $"{_addresses.Port(Mapper)}",
        ["ERL_EPMD_ADDRESS"] = PlatformAddresses.Host,
        ["ERL_CRASH_DUMP_BYTES"] = "0",
    };

    /// <summary>Settings of another RabbitMQ on this machine must not reach ours.</summary>
    private static Dictionary<string, string?> Clean() => Environment.GetEnvironmentVariables().Keys.Cast<string>()
        .Where(name => name.StartsWith("RABBITMQ_", StringComparison.Ordinal) || name.StartsWith("ERL_", StringComparison.Ordinal))
        .ToDictionary(name => name, _ => (string?)null, StringComparer.Ordinal);
}
