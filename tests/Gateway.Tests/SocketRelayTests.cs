using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Time.Testing;
using Sure.Gateway.Listeners;
using Sure.Gateway.Routing;
using Sure.Gateway.Tests.Hosts;

namespace Sure.Gateway.Tests;

/// <summary>What passes between a client and the service, and how that ends.</summary>
public sealed class SocketRelayTests : IAsyncDisposable
{
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(10);

    private readonly FakeTimeProvider _time = new();
    private readonly Peer _client = new();
    private readonly Peer _service = new();
    private readonly Heart _heart = new();
    private readonly Connection _connection;
    private readonly Duplex _toService;
    private readonly Task _relay;

    public SocketRelayTests()
    {
        _toService = new Duplex(_service.Near);
        _connection = new Connection(_client);
        _connection.Features.Set<IConnectionHeartbeatFeature>(_heart);
        _relay = new SocketRelay(_connection, _toService, Silence, _time).RunAsync();
    }

    [Fact]
    public async Task Bytes_pass_both_ways()
    {
        await _client.SayAsync("to the service");
        await _service.SayAsync("to the client");

        Assert.Equal("to the service", await _service.HearAsync());
        Assert.Equal("to the client", await _client.HearAsync());
        Assert.False(_relay.IsCompleted);
    }

    [Fact]
    public async Task When_the_service_has_ended_the_client_still_hears_what_it_said_and_may_close_itself()
    {
        await _service.SayAsync("bye");
        await _service.EndAsync();
        Assert.Equal("bye", await _client.HearAsync());
        await _client.SayAsync("bye too");
        Assert.False(_relay.IsCompleted);

        await _client.EndAsync();

        await EndsAsync();
        Assert.False(_connection.IsCut);
    }

    [Fact]
    public async Task A_client_that_does_not_close_when_the_service_has_is_let_go_of_after_a_second_and_not_cut()
    {
        await _service.SayAsync("bye");
        await _service.EndAsync();
        while (!_relay.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        await EndsAsync();
        Assert.False(_connection.IsCut);
        Assert.Equal("bye", await _client.HearAsync());
    }

    /// <summary>The clock stands still: who is not told at once is not told.</summary>
    [Fact]
    public async Task When_the_service_has_ended_the_client_is_told_at_once()
    {
        var (near, far) = await SocketPair.ConnectAsync();
        using (near)
        using (far)
        {
            var output = new DirectOutput(new Pipe().Writer, near);
            output.GoDirect();
            _connection.Features.Set(output);

            await _service.EndAsync();

            Assert.Equal(0, await EndOf(new NetworkStream(far)));
            Assert.False(_relay.IsCompleted);
        }
    }

    [Fact]
    public async Task When_the_service_has_ended_tls_ends_at_once()
    {
        var (near, far) = await SocketPair.ConnectAsync();
        using (near)
        using (far)
        {
            await using var tls = new SslStream(new NetworkStream(near));
            await using var client = new SslStream(new NetworkStream(far));
            using var certificate = SelfSigned.Certificate();
            await Task.WhenAll(
                tls.AuthenticateAsServerAsync(certificate),
                client.AuthenticateAsClientAsync(
                    new SslClientAuthenticationOptions { TargetHost = "localhost", RemoteCertificateValidationCallback = (_, presented, _, _) => presented is not null },
                    TestContext.Current.CancellationToken));
            _connection.Features.Set<ISslStreamFeature>(new Tls(tls));

            await _service.EndAsync();

            Assert.Equal(0, await EndOf(client));
            Assert.False(_relay.IsCompleted);
        }
    }

    /// <summary>As with TLS, where the server's transport still has some of it when the relay is over.</summary>
    [Fact]
    public async Task A_client_that_does_not_take_the_end_is_cut_after_a_minute()
    {
        await _service.EndAsync();
        await _client.EndAsync();
        await EndsAsync();
        _time.Advance(TimeSpan.FromSeconds(59));
        _heart.Beat();
        Assert.False(_connection.IsCut);

        _time.Advance(TimeSpan.FromSeconds(1));
        _heart.Beat();

        Assert.True(_connection.IsCut);
    }

    [Fact]
    public async Task A_read_that_somebody_else_has_cancelled_ends_nothing()
    {
        _client.Near.Input.CancelPendingRead();

        // The first may have been there already when the cancelled read was looked at.
        foreach (var said in (string[])["still", "here"])
        {
            await _client.SayAsync(said);
            Assert.Equal(said, await _service.HearAsync());
        }

        Assert.False(_relay.IsCompleted);
    }

    [Fact]
    public async Task A_service_that_breaks_off_ends_it_for_the_client_too()
    {
        await _service.SayAsync("before");
        Assert.Equal("before", await _client.HearAsync());
        await _service.BreakOffAsync();
        await _client.EndAsync();

        await EndsAsync();
        Assert.False(_connection.IsCut);
    }

    [Fact]
    public async Task When_the_client_has_ended_the_service_hears_what_it_said_and_then_the_end()
    {
        await _client.SayAsync("bye");
        await _client.EndAsync();
        Assert.Equal("bye", await _service.HearAsync());

        await _service.SayAsync("bye too");
        await _service.EndAsync();

        Assert.Equal("bye too", await _client.HearAsync());
        await EndsAsync();
        Assert.Null(await _service.HearAsync());
    }

    [Fact]
    public async Task Who_breaks_off_ends_it_at_once()
    {
        await _client.BreakOffAsync();

        await EndsAsync();
        Assert.Null(await _service.HearAsync());
    }

    [Fact]
    public async Task Where_nobody_says_anything_for_too_long_it_is_cut()
    {
        _time.Advance(Silence - TimeSpan.FromSeconds(1));
        await _service.SayAsync("ping");
        Assert.Equal("ping", await _client.HearAsync());
        await HasPassedAsync(1);
        _time.Advance(Silence - TimeSpan.FromSeconds(1));
        _heart.Beat();
        Assert.False(_connection.IsCut);

        _time.Advance(TimeSpan.FromSeconds(1));
        _heart.Beat();

        Assert.True(_connection.IsCut);
        await EndsAsync();
    }

    [Fact]
    public async Task A_client_that_takes_nothing_for_a_minute_is_cut_however_much_it_says()
    {
        // More than its buffers hold.
        _ = _service.SayAsync(new string('x', 200_000));
        await Eventually.HoldsAsync(() => Task.FromResult(_client.HasMore), "something waits for it");
        _time.Advance(TimeSpan.FromSeconds(59));
        await _client.SayAsync("still here");
        Assert.Equal("still here", await _service.HearAsync());
        _heart.Beat();
        Assert.False(_connection.IsCut);

        _time.Advance(TimeSpan.FromSeconds(1));
        _heart.Beat();

        Assert.True(_connection.IsCut);
        await EndsAsync();
    }

    [Fact]
    public async Task A_client_that_has_taken_all_may_be_silent_for_longer()
    {
        await _service.SayAsync("x");
        Assert.Equal("x", await _client.HearAsync());
        await HasPassedAsync(1);

        _time.Advance(TimeSpan.FromMinutes(2));
        _heart.Beat();

        Assert.False(_connection.IsCut);
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    /// <summary>It waits for the service to say more: the client has taken so many pieces.</summary>
    private Task HasPassedAsync(int pieces) => Eventually.HoldsAsync(() => Task.FromResult(_toService.Waits == pieces + 1), "all was passed on");

    private static Task<int> EndOf(Stream stream) =>
        stream.ReadAsync(new byte[1], TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

    private Task EndsAsync() => _relay.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

    /// <summary>One end of a connection: the relay has the near side, the test the far one.</summary>
    private sealed class Peer
    {
        private readonly Pipe _said = new();
        private readonly Pipe _heard = new();

        public Peer()
        {
            Near = new Side(_said.Reader, _heard.Writer);
            Far = new Side(_heard.Reader, _said.Writer);
        }

        public IDuplexPipe Near { get; }

        public IDuplexPipe Far { get; }

        /// <summary>Whether something has come that nobody has taken.</summary>
        public bool HasMore
        {
            get
            {
                if (!Far.Input.TryRead(out var read))
                {
                    return false;
                }

                Far.Input.AdvanceTo(read.Buffer.Start);
                return !read.Buffer.IsEmpty;
            }
        }

        public async Task SayAsync(string text) => await Far.Output.WriteAsync(Encoding.ASCII.GetBytes(text), TestContext.Current.CancellationToken);

        public async Task EndAsync() => await Far.Output.CompleteAsync();

        public async Task BreakOffAsync() => await Far.Output.CompleteAsync(new ConnectionResetException("It is gone."));

        /// <summary>What has come; null at the end.</summary>
        public async Task<string?> HearAsync()
        {
            var read = await Far.Input.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            var text = Encoding.ASCII.GetString(read.Buffer);
            Far.Input.AdvanceTo(read.Buffer.End);
            return text.Length == 0 && read.IsCompleted ? null : text;
        }

        private sealed record Side(PipeReader Input, PipeWriter Output) : IDuplexPipe;
    }

    /// <summary>The service's connection, as the proxy's client gives it.</summary>
    private sealed class Duplex(IDuplexPipe pipe) : Stream
    {
        private readonly Stream _reading = pipe.Input.AsStream();
        private readonly Stream _writing = pipe.Output.AsStream();
        private int _waits;

        /// <summary>How often something was waited for.</summary>
        public int Waits => Volatile.Read(ref _waits);

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (buffer.IsEmpty)
            {
                Interlocked.Increment(ref _waits);
            }

            return _reading.ReadAsync(buffer, cancellationToken);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _writing.WriteAsync(buffer, cancellationToken);

        public override void Flush() => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            pipe.Input.CancelPendingRead();
            _writing.Dispose();
            base.Dispose(disposing);
        }
    }

    private sealed record Tls(SslStream SslStream) : ISslStreamFeature;

    private sealed class Heart : IConnectionHeartbeatFeature
    {
        private Action? _beat;

        public void OnHeartbeat(Action<object> action, object state) => _beat += () => action(state);

        public void Beat() => _beat!();
    }

    /// <summary>One that is cut gives nothing more to read and takes nothing more, as the server's does.</summary>
    private sealed class Connection(Peer client) : DefaultConnectionContext("client", client.Near, client.Far)
    {
        public bool IsCut { get; private set; }

        public override void Abort(ConnectionAbortedException abortReason)
        {
            IsCut = true;
            client.Far.Output.Complete(abortReason);
            client.Far.Input.Complete();
        }
    }
}
