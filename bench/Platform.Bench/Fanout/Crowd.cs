namespace Sure.Bench.Fanout;

/// <summary>Many clients of one server that all hear the same, and when each of them heard it.</summary>
internal sealed class Crowd : IDisposable
{
    /// <summary>Longer frames are messages; what the servers say besides is shorter.</summary>
    private const int LeastMessage = 290;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly FanoutServer _server;
    private readonly List<RawListener> _clients = [];
    private readonly List<TimeSpan> _latencies = [];
    private readonly Lock _lock = new();
    private TaskCompletionSource<long> _done = new();
    private int _single;
    private long _left;
    private long _publishedAt;
    private int _bursts;
    private volatile bool _isBurst;
    private volatile bool _keepsLatencies;

    private Crowd(FanoutServer server) => _server = server;

    /// <summary>Connects so many, and returns when all of them hear what is told.</summary>
    public static async Task<Crowd> JoinAsync(FanoutServer server, int count)
    {
        var crowd = new Crowd(server);
        try
        {
            for (var i = 0; i < count; i++)
            {
                var heard = new Heard();
                var client = new RawListener((_, length) => crowd.Hear(length, heard));
                crowd._clients.Add(client);
                await client.ConnectAsync(server.Address, server.FirstMessage);
                _ = client.ListenAsync();
            }

            await crowd.AwaitAllAsync();
            return crowd;
        }
        catch
        {
            crowd.Dispose();
            throw;
        }
    }

    /// <summary>Has a message told so many times; the time until the last client has heard the last of them.</summary>
    public async Task<TimeSpan> HearAsync(int times)
    {
        // SignalR puts what waits together and sends it in frames of any length, so in a burst it is bytes that are counted.
        _isBurst = times > 1;
        _bursts++;
        var all = Expect(times);
        _publishedAt = TimeProvider.System.GetTimestamp();
        await _server.PublishAsync(times);
        if (await Task.WhenAny(all, Task.Delay(Patience, TimeProvider.System)) != all)
        {
            throw new InvalidOperationException($"{Volatile.Read(ref _left)} of {_clients.Count * times} messages were not heard.");
        }

        return TimeProvider.System.GetElapsedTime(_publishedAt, await all);
    }

    /// <summary>Tells single messages, each when all have heard the one before; how long each client waited for each, shortest first.</summary>
    public async Task<IReadOnlyList<TimeSpan>> LatenciesAsync(int messages)
    {
        _latencies.Clear();
        _keepsLatencies = true;
        for (var i = 0; i < messages; i++)
        {
            await HearAsync(times: 1);
        }

        _keepsLatencies = false;
        return [.. _latencies.Order()];
    }

    public void Dispose() => _clients.ForEach(c => c.Dispose());

    /// <summary>A client that is not in yet misses a message; then another is told. Everybody is in when everybody has had the same messages.</summary>
    private async Task AwaitAllAsync()
    {
        for (var i = 0; i < 20; i++)
        {
            var all = Expect(times: 1);
            await _server.PublishAsync(1);
            if (await Task.WhenAny(all, Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System)) == all)
            {
                return;
            }
        }

        throw new InvalidOperationException("Not all clients hear what is told.");
    }

    private Task<long> Expect(int times)
    {
        _done = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _left, (long)_clients.Count * times);
        return _done.Task;
    }

    private void Hear(int length, Heard heard)
    {
        if (_isBurst)
        {
            if (heard.Burst != _bursts)
            {
                (heard.Burst, heard.Bytes) = (_bursts, 0);
            }

            var before = MessagesIn(heard.Bytes);
            heard.Bytes += length;
            Count(MessagesIn(heard.Bytes) - before);
            return;
        }

        if (length < LeastMessage)
        {
            return;
        }

        _single = length;
        if (_keepsLatencies)
        {
            var latency = TimeProvider.System.GetElapsedTime(_publishedAt);
            lock (_lock)
            {
                _latencies.Add(latency);
            }
        }

        Count(1);
    }

    /// <summary>How many messages so many bytes are; offsets with more digits make no difference.</summary>
    private int MessagesIn(long bytes) => (int)((bytes + (_single / 2)) / _single);

    private void Count(int messages)
    {
        if (Interlocked.Add(ref _left, -messages) == 0)
        {
            _done.TrySetResult(TimeProvider.System.GetTimestamp());
        }
    }

    /// <summary>What a client has heard of a burst.</summary>
    private sealed class Heard
    {
        public int Burst { get; set; }

        public long Bytes { get; set; }
    }
}
