using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Sure.Contracts.Calls;
using Sure.Gateway.Tests.Hosts;
using Sure.Gateway.Trunks;

namespace Sure.Gateway.Tests;

/// <summary>What comes by a trunk reaches the clients it is for.</summary>
public sealed class TrunkTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private NetworkStream _service = null!;
    private ServiceTrunk _trunk = null!;
    private Task _running = null!;

    public async ValueTask InitializeAsync()
    {
        var (near, far) = await SocketPair.ConnectAsync();
        _service = new NetworkStream(far, ownsSocket: true);
        _trunk = new ServiceTrunk(new NetworkStream(near, ownsSocket: true)) { Id = Guid.CreateVersion7(DateTimeOffset.UnixEpoch), Instance = "10.0.0.1:8080" };
        _running = _trunk.RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _running.WaitAsync(Patience);
        _trunk.Dispose();
    }

    [Fact]
    public void Streams_are_numbered_and_named_by_the_trunk()
    {
        var names = new[] { _trunk.Open().Name, _trunk.Open().Name };

        Assert.Equal([Trunk.NameOf(_trunk.Id, 1), Trunk.NameOf(_trunk.Id, 2)], names);
    }

    [Fact]
    public async Task Each_client_gets_what_is_for_it_in_order()
    {
        // So many that several cores write.
        var clients = Enumerable.Range(0, 1000).Select(_ => new Client(_trunk)).ToList();
        uint[] all = [.. Enumerable.Range(1, 1000).Select(n => (uint)n)];

        await SayAsync("for all;", all);
        await SayAsync("for even ones;", [.. all.Where(n => n % 2 == 0)]);
        await SayAsync("for the last;", 1000);
        await SayAsync("for nobody;", 1001);
        await SayAsync("for all again;", all);

        for (var i = 0; i < clients.Count; i++)
        {
            var expected = "for all;" + ((i + 1) % 2 == 0 ? "for even ones;" : "") + (i == 999 ? "for the last;" : "") + "for all again;";
            Assert.Equal(expected, await clients[i].HearAsync(expected.Length));
        }
    }

    [Fact]
    public async Task It_does_not_matter_in_which_pieces_it_comes()
    {
        var client = new Client(_trunk);
        var parts = Part("one,", 1).Concat(Part("two,", 1)).Concat(Part("three", 1)).ToArray();

        foreach (var single in parts)
        {
            await _service.WriteAsync(new[] { single }, TestContext.Current.CancellationToken);
        }

        Assert.Equal("one,two,three", await client.HearAsync(13));
    }

    [Fact]
    public async Task What_comes_before_the_client_was_answered_waits_for_that()
    {
        var stream = _trunk.Open();
        var other = new Client(_trunk);
        await SayAsync("wel", 1);
        await SayAsync("come", 1);
        await SayAsync("also here", 2);
        Assert.Equal("also here", await other.HearAsync(9));

        var client = new Client(stream);

        Assert.Equal("welcome", await client.HearAsync(7));
    }

    [Fact]
    public async Task Who_does_not_take_holds_up_nobody_and_has_all_of_it_when_it_does()
    {
        var slow = new Client(_trunk, takes: 1);
        var other = new Client(_trunk);
        for (var i = 0; i < 100; i++)
        {
            await SayAsync(i.ToString("D3", CultureInfo.InvariantCulture), 1, 2);
        }

        var all = string.Concat(Enumerable.Range(0, 100).Select(i => i.ToString("D3", CultureInfo.InvariantCulture)));
        Assert.Equal(all, await other.HearAsync(300));
        Assert.True(slow.IsOwed);

        Assert.Equal(all, await slow.HearAsync(300));
        await Eventually.HoldsAsync(() => Task.FromResult(!slow.IsOwed), "nothing is owed to it");
    }

    [Fact]
    public async Task The_service_learns_what_was_taken()
    {
        var taking = new Client(_trunk, takes: Trunk.Window);
        var slow = new Client(_trunk, takes: 1);
        // Twenty times a kilobyte are less than a step; sixteen more are four kilobytes above it.
        for (var i = 0; i < 36; i++)
        {
            await SayAsync(new string('m', 1024), 1, 2);
        }

        _ = await taking.HearAsync(36 * 1024);
        Assert.Equal((1u, 32 * 1024), await CreditAsync());

        // The slow one is given the first kilobyte, and once that is taken a step of what waits; the rest when it has taken that.
        Assert.Equal(1, slow.Given);
        _ = await slow.HearAsync(33 * 1024);
        Assert.Equal((2u, 33 * 1024), await CreditAsync());
        _ = await slow.HearAsync(3 * 1024);
        Assert.Equal(3, slow.Given);
    }

    [Fact]
    public async Task A_long_run_is_given_to_a_client_step_by_step()
    {
        var client = new Client(_trunk, takes: 1);
        await SayAsync(new string('m', 80 * 1024), 1);

        Assert.Equal(80 * 1024, (await client.HearAsync(80 * 1024)).Length);

        // 32 + 32 + 16.
        Assert.Equal(3, client.Given);
    }

    [Fact]
    public async Task A_stream_ends_after_what_was_said_before()
    {
        var client = new Client(_trunk, takes: 1);
        await SayAsync("bye", 1);
        await SayAsync(" bye", 1);
        await EndAsync(1);
        // Later on the same trunk, so the end has come.
        var other = new Client(_trunk);
        await SayAsync("x", 2);
        await other.HearAsync(1);
        Assert.False(client.Passing.IsCompleted);

        Assert.Equal("bye bye", await client.HearAsync(7));

        await client.Passing.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    /// <summary>A client may go away while the service answers.</summary>
    [Fact]
    public async Task What_has_ended_is_forgotten_whether_its_client_was_answered_or_not()
    {
        _ = _trunk.Open();
        var other = new Client(_trunk);
        Assert.Equal(2, _trunk.Streams);

        await SayAsync("welcome", 1);
        await EndAsync(1);
        await SayAsync("x", 2);

        await other.HearAsync(1);
        Assert.Equal(1, _trunk.Streams);
    }

    [Fact]
    public async Task A_client_that_is_gone_gets_nothing_and_leaves_the_others()
    {
        var gone = new Client(_trunk);
        var other = new Client(_trunk);
        await gone.LeaveAsync();

        await SayAsync("news", 1, 2);

        Assert.Equal("news", await other.HearAsync(4));
        await gone.Passing.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Who_was_let_go_of_gets_nothing()
    {
        var client = new Client(_trunk);
        client.Stream.Dispose();
        var other = new Client(_trunk);

        await SayAsync("news", 1, 2);

        Assert.Equal("news", await other.HearAsync(4));
        Assert.True(client.Passing.IsCompleted);
        Assert.False(client.HasHeard);
    }

    [Fact]
    public async Task Where_the_trunk_is_gone_all_of_it_ends_after_what_was_said()
    {
        var client = new Client(_trunk);
        await SayAsync("news", 1);
        await _service.DisposeAsync();

        Assert.Equal("news", await client.HearAsync(4));
        await client.Passing.WaitAsync(Patience, TestContext.Current.CancellationToken);
        await Eventually.HoldsAsync(() => Task.FromResult(!_trunk.IsOpen), "the trunk is over");
        await new Client(_trunk).Passing.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(4, -1)]
    [InlineData(4, Trunk.MostStreams + 1)]
    [InlineData(4, 1)]
    public async Task What_cannot_be_read_ends_it(int length, int streams)
    {
        var client = new Client(_trunk);

        await _service.WriteAsync(BitConverter.GetBytes(length).Concat(BitConverter.GetBytes(streams)).ToArray(), TestContext.Current.CancellationToken);

        await client.Passing.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.False(_trunk.IsOpen);
    }

    private static byte[] Part(string text, params uint[] streams)
    {
        var part = new byte[Trunk.LengthOf(streams.Length, text.Length)];
        Trunk.Write(part, streams, Encoding.ASCII.GetBytes(text));
        return part;
    }

    private async Task SayAsync(string text, params uint[] streams) => await _service.WriteAsync(Part(text, streams), TestContext.Current.CancellationToken);

    private Task EndAsync(params uint[] streams) => SayAsync("", streams);

    private async Task<(uint Stream, int Taken)> CreditAsync()
    {
        var credit = new byte[Trunk.CreditLength];
        await _service.ReadExactlyAsync(credit, TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience);
        return Trunk.ReadCredit(credit);
    }

    /// <summary>A client, as the gateway's server sees it.</summary>
    private sealed class Client
    {
        private readonly Pipe _pipe;
        private int _owed;
        private int _given;

        /// <param name="trunk">By which it is sent to.</param>
        /// <param name="takes">Bytes that it takes without reading.</param>
        public Client(ServiceTrunk trunk, int takes = 64 * 1024)
            : this(trunk.Open(), takes)
        {
        }

        public Client(TrunkStream stream, int takes = 64 * 1024)
        {
            Stream = stream;
            _pipe = new Pipe(new PipeOptions(pauseWriterThreshold: takes, resumeWriterThreshold: 1));
            Passing = stream.PassAsync(_pipe.Writer, Give, () => Volatile.Write(ref _owed, 0));
        }

        public TrunkStream Stream { get; }

        public Task Passing { get; }

        /// <summary>Whether it was given something that it has not taken.</summary>
        public bool IsOwed => Volatile.Read(ref _owed) == 1;

        /// <summary>How often it was given something.</summary>
        public int Given => Volatile.Read(ref _given);

        public bool HasHeard => _pipe.Reader.TryRead(out _);

        public async Task<string> HearAsync(int length)
        {
            using var limit = new CancellationTokenSource(Patience);
            var heard = new StringBuilder();
            while (heard.Length < length)
            {
                var read = await _pipe.Reader.ReadAsync(limit.Token);
                heard.Append(Encoding.ASCII.GetString(read.Buffer));
                _pipe.Reader.AdvanceTo(read.Buffer.End);
            }

            return heard.ToString();
        }

        private void Give()
        {
            Volatile.Write(ref _owed, 1);
            Interlocked.Increment(ref _given);
        }

        public async Task LeaveAsync() => await _pipe.Reader.CompleteAsync();
    }
}
