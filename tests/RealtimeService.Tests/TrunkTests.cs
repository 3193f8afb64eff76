using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Sure.Contracts.Calls;
using Sure.RealtimeService.Channels;
using Sure.RealtimeService.Tests.Hosts;
using Sure.RealtimeService.Trunks;
using Sure.Rfc6455;
using Sure.TestServers;

namespace Sure.RealtimeService.Tests;

/// <summary>What clients are sent by the trunk of their gateway.</summary>
public sealed class TrunkTests
{
    private const string Subscribe = """{"action":"subscribe","channel":"tranche_apy"}""";

    [Fact]
    public async Task Clients_of_a_trunk_are_sent_everything_by_it_and_what_they_share_once()
    {
        await using var host = await RealtimeHost.ReadyAsync();
        using var trunk = await TrunkClient.OpenAsync(host);
        Assert.StartsWith("HTTP/1.1 101 ", trunk.Head, StringComparison.Ordinal);
        Assert.Contains("Upgrade: sure-trunk", trunk.Head, StringComparison.Ordinal);
        using var one = await ComeAsync(host, trunk, 1);
        using var other = await ComeAsync(host, trunk, 2);

        foreach (var (client, stream) in new[] { (one, 1u), (other, 2u) })
        {
            await client.SendAsync(RawSocket.Text("""{"action":"ping"}"""));
            Assert.Equal("pong", (string?)(await trunk.MessagesAsync(stream, 1))[0]["type"]);
            await client.SendAsync(RawSocket.Text(Subscribe));
            var begun = await trunk.MessagesAsync(stream, 2);
            Assert.Equal(("subscribed", 1L, true), ((string?)begun[0]["type"], (long)begun[1]["offset"]!, (bool)begun[1]["snapshot"]!));
        }

        // Of a hundred messages hardly one may be shared where a thread is slow, but not none of them.
        var shared = 0;
        var last = new long[] { 0, 1, 1 };
        host.Producers.Tell("utilizationservice", Enumerable.Range(2, 100).Select(i => Producers.Tranches(i / 1000m)));
        while (last[1] < 101 || last[2] < 101)
        {
            var (stream, bytes, of) = await trunk.NextAsync();
            shared += of == 2 ? 1 : 0;
            foreach (var message in TrunkClient.MessagesIn(bytes))
            {
                Assert.Equal(last[stream] + 1, (long)message["offset"]!);
                last[stream]++;
            }
        }

        Assert.True(shared > 0);
    }

    [Fact]
    public async Task What_a_client_does_not_take_is_not_sent_on_and_keeps_nobody_else_waiting()
    {
        await using var host = await RealtimeHost.ReadyAsync();
        using var trunk = await TrunkClient.OpenAsync(host);
        host.Producers.Tell("riskservice", Enumerable.Range(0, 200).Select(_ => Producers.Alert(new string('m', 8000))));
        await host.ReachedAsync(Channel.RiskAlerts, 200);
        var epoch = await EpochAsync(host);
        using var slow = await ComeAsync(host, trunk, 1);
        using var other = await ComeAsync(host, trunk, 2);

        // 200 alerts of more than 8 000 characters are 1.6 MB; what is asked for right behind them comes after them.
        await slow.SendAsync((byte[])[
            .. RawSocket.Text($$"""{"action":"subscribe","channel":"risk_alerts","since":0,"epoch":"{{epoch}}"}"""), .. RawSocket.Text(Subscribe)]);
        var sent = new List<byte>();
        while (trunk.ReceivedBy(1) < Trunk.Window)
        {
            sent.AddRange(await NextAsync());
        }

        Assert.Equal(Trunk.Window, trunk.ReceivedBy(1));
        for (var i = 0; i < 3; i++)
        {
            await other.SendAsync(RawSocket.Text("""{"action":"ping"}"""));
            Assert.Equal("pong", (string?)(await trunk.MessagesAsync(2, 1))[0]["type"]);
        }

        var credited = 0;
        while (!Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(sent)[^Math.Min(4096, sent.Count)..]).Contains("\"snapshot\":true", StringComparison.Ordinal))
        {
            if (trunk.ReceivedBy(1) - credited >= Trunk.CreditStep)
            {
                await trunk.CreditAsync(1, trunk.ReceivedBy(1) - credited);
                credited = trunk.ReceivedBy(1);
            }

            sent.AddRange(await NextAsync());
        }

        Assert.Equal(
            ["subscribed", .. Enumerable.Repeat("new_alert", 200), "subscribed", "apy_update"],
            TrunkClient.MessagesIn([.. sent]).Select(m => (string?)m["type"]));

        async Task<byte[]> NextAsync()
        {
            var (of, bytes, _) = await trunk.NextAsync();
            Assert.Equal(1u, of);
            Assert.NotEmpty(bytes);
            return bytes;
        }
    }

    [Fact]
    public async Task Much_that_waits_is_written_piece_by_piece()
    {
        var gateway = new HeldStream();
        var trunk = new GatewayTrunk(null!, gateway);
        // Each its own: what clients missed is not the same for any two of them.
        var parts = Enumerable.Range(1, 100).Select(i => new byte[64 * 1024]).ToList();

        foreach (var (i, part) in parts.Index())
        {
            trunk.Send((uint)i + 1, part);
        }

        gateway.LetGo();
        await Waiting.UntilAsync(() => gateway.Lengths.Sum() == parts.Sum(p => Trunk.LengthOf(1, p.Length)), "all is written");
        Assert.All(gateway.Lengths, length => Assert.InRange(length, 1, 256 * 1024));
    }

    [Fact]
    public async Task Where_the_gateway_cannot_be_written_to_its_clients_are_let_go_of()
    {
        var gateway = new HeldStream();
        var input = new Pipe();
        var trunk = new GatewayTrunk(new DefaultConnectionContext { Transport = new Duplex(input.Reader, new Pipe().Writer) }, gateway);
        var lost = 0;
        var output = trunk.Open(1, () => lost++);
        Assert.NotNull(output);
        var running = trunk.RunAsync();

        // As its socket does once the server has closed it.
        gateway.Fail(new ObjectDisposedException("socket"));
        await output.WriteAsync(new byte[10], TestContext.Current.CancellationToken);
        await input.Writer.CompleteAsync();

        await running.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal(1, lost);
        await Assert.ThrowsAsync<IOException>(async () => await output.WriteAsync(new byte[10], TestContext.Current.CancellationToken));
        // Who comes now is not lost with it.
        Assert.Null(trunk.Open(2, () => lost++));
        Assert.Equal(1, lost);
    }

    /// <summary>Sixteen messages may wait for it.</summary>
    [Fact]
    public async Task Who_takes_nothing_is_given_up_as_slow()
    {
        await using var host = await RealtimeHost.ReadyAsync(("Realtime:WaitingMessages", "16"));
        using var trunk = await TrunkClient.OpenAsync(host);
        using var slow = await ComeAsync(host, trunk, 1);
        await slow.SendAsync(RawSocket.Text("""{"action":"subscribe","channel":"risk_alerts"}"""));
        Assert.Equal("subscribed", (string?)(await trunk.MessagesAsync(1, 1))[0]["type"]);

        // Each by itself, for what comes at once says nothing of how slow a client is.
        for (var i = 1; !host.IsEvicted; i++)
        {
            host.Producers.Tell("riskservice", Producers.Alert(new string('m', 8000)));
            await host.ReachedAsync(Channel.RiskAlerts, i);
            Assert.True(i < 100);
        }
    }

    [Fact]
    public async Task A_stream_ends_with_its_client_after_the_close_frame()
    {
        await using var host = await RealtimeHost.ReadyAsync();
        using var trunk = await TrunkClient.OpenAsync(host);
        using var client = await ComeAsync(host, trunk, 1);

        // 1000, as a client closes; the same comes back (RFC 6455, 5.5.1).
        await client.SendAsync(RawSocket.Frame(0x88, [0x03, 0xE8]));

        var (_, close, _) = await trunk.NextAsync();
        Assert.Equal([0x88, 2, 0x03, 0xE8], close);
        var (stream, end, _) = await trunk.NextAsync();
        Assert.Equal(1u, stream);
        Assert.Empty(end);
        Assert.Equal(-1, (await client.ReadAsync()).Opcode);
    }

    [Fact]
    public async Task Where_the_trunk_is_gone_its_clients_are_let_go_of()
    {
        await using var host = await RealtimeHost.ReadyAsync();
        using var trunk = await TrunkClient.OpenAsync(host);
        using var client = await ComeAsync(host, trunk, 1);

        trunk.Dispose();

        Assert.True((await client.ReadAsync()).Opcode < 0);
        using var later = await RawSocket.ConnectAsync(host.Address, trunk.HeaderOf(2));
        Assert.DoesNotContain(Trunk.Header, later.Head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0192f0c123457abc8def0123456789ab/1")]
    [InlineData("0192f0c123457abc8def0123456789ab/1,0192f0c123457abc8def0123456789ac/1")]
    [InlineData("nonsense")]
    public async Task Whose_trunk_is_not_there_is_sent_to_by_its_own_connection_and_its_gateway_told_where_the_instance_is(string name)
    {
        await using var host = await RealtimeHost.ReadyAsync();

        using var client = await RawSocket.ConnectAsync(host.Address, $"{Trunk.Header}: {name}\r\n");

        Assert.DoesNotContain(Trunk.Header, client.Head, StringComparison.Ordinal);
        Assert.Contains($"X-Sure-Instance: 127.0.0.1:{host.Address.Port}\r\n", client.Head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_the_trunks_to_all_instances_that_a_client_names_the_instance_takes_its_own()
    {
        await using var host = await RealtimeHost.ReadyAsync();
        using var trunk = await TrunkClient.OpenAsync(host);
        Assert.Contains($"X-Sure-Instance: 127.0.0.1:{host.Address.Port}\r\n", trunk.Head, StringComparison.Ordinal);
        const string Elsewhere = "0192f0c123457abc8def0123456789ab/7";

        using var client = await RawSocket.AskAsync(
            host.Address, RawSocket.Handshake(host.Address, $"{Trunk.Header}: {Elsewhere},{Trunk.NameOf(trunk.Id, 1)},{Elsewhere}\r\n"));

        Assert.Contains($"{Trunk.Header}: {Trunk.NameOf(trunk.Id, 1)}\r\n", client.Head, StringComparison.Ordinal);
        Assert.DoesNotContain(Trunk.InstanceHeader, client.Head, StringComparison.Ordinal);
        Assert.Equal("welcome", (string?)(await trunk.MessagesAsync(1, 1))[0]["type"]);
    }

    [Fact]
    public async Task Who_comes_by_no_gateway_is_told_nothing_of_the_instance()
    {
        await using var host = await RealtimeHost.ReadyAsync();

        using var client = await RawSocket.ConnectAsync(host.Address);

        Assert.DoesNotContain(Trunk.InstanceHeader, client.Head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trunk_is_for_services_and_nothing_else()
    {
        await using var host = await RealtimeHost.ReadyAsync();

        using var forged = await TrunkClient.OpenAsync(host, TestIdentity.ForgedFor("realtimeservice", "gateway"));
        Assert.StartsWith("HTTP/1.1 401 ", forged.Head, StringComparison.Ordinal);
        using var other = await TrunkClient.OpenAsync(host, protocol: "websocket");
        Assert.StartsWith("HTTP/1.1 400 ", other.Head, StringComparison.Ordinal);
    }

    /// <summary>As when its host stops after its clients have gone.</summary>
    [Fact]
    public async Task An_instance_that_stops_sends_its_clients_away_by_the_trunk_and_ends_it()
    {
        await using var host = await RealtimeHost.ReadyAsync();
        using var trunk = await TrunkClient.OpenAsync(host);
        using var client = await ComeAsync(host, trunk, 1);

        var stopping = host.StopAsync(0);

        // 1012 (0x03F4).
        var (_, close, _) = await trunk.NextAsync();
        Assert.Equal([0x88, 0x03, 0xF4], [close[0], close[2], close[3]]);
        await client.SendAsync(RawSocket.Frame(0x88, [0x03, 0xF4]));
        var (_, end, _) = await trunk.NextAsync();
        Assert.Empty(end);
        await Assert.ThrowsAsync<EndOfStreamException>(trunk.NextAsync);
        await stopping.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    private static async Task<string> EpochAsync(RealtimeHost host)
    {
        using var client = await Listener.ConnectAsync(host.Address);
        return (string)(await client.SubscribeAsync("tranche_apy"))["epoch"]!;
    }

    /// <summary>A client that was welcomed by the trunk.</summary>
    private static async Task<RawSocket> ComeAsync(RealtimeHost host, TrunkClient trunk, uint stream)
    {
        var client = await RawSocket.AskAsync(host.Address, RawSocket.Handshake(host.Address, trunk.HeaderOf(stream)));
        Assert.Contains($"{Trunk.Header}: {Trunk.NameOf(trunk.Id, stream)}\r\n", client.Head, StringComparison.Ordinal);
        Assert.Equal("welcome", (string?)(await trunk.MessagesAsync(stream, 1))[0]["type"]);
        return client;
    }

    /// <summary>Keeps its first write waiting until it is let go, and remembers how long each was.</summary>
    private sealed class HeldStream : MemoryStream
    {
        private readonly TaskCompletionSource _free = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ConcurrentQueue<int> Lengths { get; } = new();

        public void LetGo() => _free.SetResult();

        public void Fail(Exception exception) => _free.SetException(exception);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Lengths.Enqueue(buffer.Length);
            await _free.Task;
        }
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
