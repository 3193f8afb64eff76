using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace Sure.UtilizationService.Tests.Hosts;

/// <summary>
/// Stands between a service and PostgreSQL, passes everything on and notes what each transaction asked and how often it waited. It counts
/// on the wire: a request asks for as many answers as it has messages Query and Sync, and a round trip ends when none is outstanding.
/// </summary>
internal sealed class PostgresTap : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<Transaction> _transactions = new();
    private readonly (string Host, int Port) _server;
    private readonly Task _accepting;

    public PostgresTap(string database)
    {
        var settings = new NpgsqlConnectionStringBuilder(database);
        _server = (settings.Host!, settings.Port);
        _listener.Start();
        // Plain, so that it can be read.
        settings.SslMode = SslMode.Disable;
        settings.GssEncryptionMode = GssEncryptionMode.Disable;
        settings.Host = "127.0.0.1";
        settings.Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        ConnectionString = settings.ConnectionString;
        _accepting = AcceptAsync();
    }

    /// <summary>The database, by way of the tap.</summary>
    public string ConnectionString { get; }

    /// <summary>Transactions that ended so far, and statements outside of one.</summary>
    public IReadOnlyList<Transaction> Transactions => [.. _transactions];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptTcpClientAsync(_stop.Token);
            _ = CarryAsync(client);
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using var server = new TcpClient { NoDelay = true };
        using (client)
        {
            client.NoDelay = true;
            await server.ConnectAsync(_server.Host, _server.Port, _stop.Token);
            var talk = new Talk(_transactions);
            await Task.WhenAny(
                CopyAsync(client.GetStream(), server.GetStream(), new Messages(skipFirst: true, talk.Asked)),
                CopyAsync(server.GetStream(), client.GetStream(), new Messages(skipFirst: false, talk.Answered)));
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, Messages messages)
    {
        var buffer = new byte[64 * 1024];
        int count;
        while ((count = await from.ReadAsync(buffer, _stop.Token)) > 0)
        {
            // Noted before it is passed on: an answer is never seen before its question.
            messages.Feed(buffer.AsSpan(0, count));
            await to.WriteAsync(buffer.AsMemory(0, count), _stop.Token);
        }
    }

    /// <summary>What one transaction asked, and how often it waited for answers.</summary>
    public sealed record Transaction(string Sql, int RoundTrips);

    /// <summary>Cuts a stream into messages: a type of one byte, and a length that counts itself. The first of a client has no type.</summary>
    private sealed class Messages(bool skipFirst, Action<char, ReadOnlyMemory<byte>> seen)
    {
        private readonly List<byte> _pending = [];
        private bool _untyped = skipFirst;

        public void Feed(ReadOnlySpan<byte> bytes)
        {
            _pending.AddRange(bytes);
            while (true)
            {
                var header = _untyped ? 4 : 5;
                if (_pending.Count < header)
                {
                    return;
                }

                var length = BinaryPrimitives.ReadInt32BigEndian([.. _pending[(header - 4)..header]]) + header - 4;
                if (_pending.Count < length)
                {
                    return;
                }

                if (!_untyped)
                {
                    seen((char)_pending[0], _pending[header..length].ToArray());
                }

                _pending.RemoveRange(0, length);
                _untyped = false;
            }
        }
    }

    /// <summary>One connection.</summary>
    private sealed class Talk(ConcurrentQueue<Transaction> ended)
    {
        private readonly Lock _lock = new();
        private readonly StringBuilder _sql = new();
        private int _outstanding;
        private int _roundTrips;

        public void Asked(char type, ReadOnlyMemory<byte> body)
        {
            lock (_lock)
            {
                if (type is 'Q' or 'P')
                {
                    // A query is its text; a statement that is parsed comes after its name.
                    _sql.Append(Encoding.UTF8.GetString(body.Span).Replace('\0', ' ')).Append(";\n");
                }

                _outstanding += type is 'Q' or 'S' ? 1 : 0;
            }
        }

        public void Answered(char type, ReadOnlyMemory<byte> body)
        {
            if (type != 'Z')
            {
                return;
            }

            lock (_lock)
            {
                // The first ends the log-in, which nobody asked for by a Query or Sync.
                if (_outstanding == 0 || --_outstanding > 0)
                {
                    return;
                }

                _roundTrips++;
                if (body.Span[0] == 'I')
                {
                    ended.Enqueue(new Transaction(_sql.ToString(), _roundTrips));
                    _sql.Clear();
                    _roundTrips = 0;
                }
            }
        }
    }
}
