using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Sure.Gateway.Tests.Hosts;
using Sure.Rfc6455;
using Sure.TestServers;

namespace Sure.Gateway.Tests;

/// <summary>The public side with a certificate.</summary>
public sealed class TlsTests(PostgresServer postgres)
{
    [Fact]
    public async Task With_a_certificate_it_speaks_tls_and_says_to_keep_to_it()
    {
        var directory = Directory.CreateTempSubdirectory("gateway-tests-");
        try
        {
            using var certificate = SelfSigned.Certificate();
            var certificatePath = Path.Combine(directory.FullName, "certificate.pem");
            var keyPath = Path.Combine(directory.FullName, "key.pem");
            await File.WriteAllTextAsync(certificatePath, certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(keyPath, SelfSigned.KeyOf(certificate), TestContext.Current.CancellationToken);
            await using var gateway = await GatewayHost.StartAsync(
                await postgres.CreateDatabaseAsync(), new() { ["Gateway:CertificatePath"] = certificatePath, ["Gateway:CertificateKeyPath"] = keyPath });
            using var client = new HttpClient(new SocketsHttpHandler
            {
                SslOptions = { RemoteCertificateValidationCallback = (_, presented, _, _) => presented!.GetCertHashString() == certificate.GetCertHashString() },
            })
            {
                BaseAddress = gateway.PublicAddress,
                DefaultRequestVersion = HttpVersion.Version20,
            };

            using var response = await client.GetAsync("/api/v2/products", TestContext.Current.CancellationToken);
            using var internalPath = await client.GetAsync("/internal/keys", TestContext.Current.CancellationToken);

            Assert.Equal("https", gateway.PublicAddress.Scheme);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(HttpVersion.Version20, response.Version);
            Assert.Equal("HTTP/1.1", gateway.Fakes["quoteservice"].Arrivals.Last().Protocol);
            Assert.StartsWith("max-age=", Assert.Single(response.Headers.GetValues("Strict-Transport-Security")), StringComparison.Ordinal);
            await Problems.AssertAsync(internalPath, HttpStatusCode.NotFound);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_renewed_certificate_is_presented_without_a_restart_and_a_broken_one_changes_nothing()
    {
        var directory = Directory.CreateTempSubdirectory("gateway-tests-");
        try
        {
            var (certificate, key) = (Path.Combine(directory.FullName, "certificate.pem"), Path.Combine(directory.FullName, "key.pem"));
            var first = await RenewAsync(certificate, key);
            var written = new WrittenLines();
            await using var gateway = await GatewayHost.StartAsync(
                await postgres.CreateDatabaseAsync(),
                new()
                {
                    ["Gateway:CertificatePath"] = certificate,
                    ["Gateway:CertificateKeyPath"] = key,
                    ["Gateway:CertificateInterval"] = "00:00:00.1",
                },
                logger: written);
            using var open = await ConnectAsync(gateway);
            Assert.Equal(first, Presented(open));

            var second = await RenewAsync(certificate, key);
            Assert.NotEqual(first, second);
            await Eventually.HoldsAsync(async () => await PresentedAsync(gateway) == second, "the new certificate is presented");

            // Whoever was connected before goes on as if nothing had happened.
            await open.WriteAsync("GET /api/v2/products HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
            var buffer = new byte[12];
            await open.ReadExactlyAsync(buffer, TestContext.Current.CancellationToken);
            Assert.Equal("HTTP/1.1 200", Encoding.ASCII.GetString(buffer));

            // A key of another certificate, as between the two writes of whoever renews them without care.
            using (var foreign = ECDsa.Create(ECCurve.NamedCurves.nistP256))
            {
                await File.WriteAllTextAsync(key, foreign.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
            }

            await Eventually.HoldsAsync(() => Task.FromResult(written.Text.Contains("cannot be used", StringComparison.Ordinal)), "it is said that it cannot be used");
            Assert.Equal(second, await PresentedAsync(gateway));

            var third = await RenewAsync(certificate, key);
            await Eventually.HoldsAsync(async () => await PresentedAsync(gateway) == third, "the one after it is presented");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>By HTTP/1.1 a WebSocket outlasts its request (RFC 6455), by HTTP/2 it is a stream among others (RFC 8441).</summary>
    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task A_web_socket_passes_by_either_version(string version)
    {
        var directory = Directory.CreateTempSubdirectory("gateway-tests-");
        try
        {
            var (certificate, key) = (Path.Combine(directory.FullName, "certificate.pem"), Path.Combine(directory.FullName, "key.pem"));
            var presented = await RenewAsync(certificate, key);
            await using var gateway = await GatewayHost.StartAsync(
                await postgres.CreateDatabaseAsync(), new() { ["Gateway:CertificatePath"] = certificate, ["Gateway:CertificateKeyPath"] = key });
            using var handler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, found, _, _) => found!.GetCertHashString() == presented } };
            using var client = new HttpMessageInvoker(handler);
            using var socket = new ClientWebSocket { Options = { HttpVersion = Version.Parse(version), HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact } };
            await socket.ConnectAsync(new Uri($"wss://localhost:{gateway.PublicAddress.Port}/ws"), client, TestContext.Current.CancellationToken);

            foreach (var text in (string[])["hello", new string('a', 10_000), "again"])
            {
                await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken);
                Assert.Equal(text, await ReceiveAsync(socket));
            }

            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, TestContext.Current.CancellationToken);
            Assert.Equal((4008, "slow_consumer"), ((int?)socket.CloseStatus, socket.CloseStatusDescription));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task After_the_close_frames_of_a_web_socket_tls_ends_and_the_connection_is_not_reset()
    {
        var directory = Directory.CreateTempSubdirectory("gateway-tests-");
        try
        {
            var (certificate, key) = (Path.Combine(directory.FullName, "certificate.pem"), Path.Combine(directory.FullName, "key.pem"));
            await RenewAsync(certificate, key);
            await using var gateway = await GatewayHost.StartAsync(
                await postgres.CreateDatabaseAsync(), new() { ["Gateway:CertificatePath"] = certificate, ["Gateway:CertificateKeyPath"] = key });
            await using var connection = await ConnectAsync(gateway);
            var address = new Uri($"wss://localhost:{gateway.PublicAddress.Port}/ws");
            await connection.WriteAsync(Encoding.ASCII.GetBytes(RawSocket.Handshake(address)), TestContext.Current.CancellationToken);
            await connection.WriteAsync(RawSocket.Frame(0x88, [0x03, 0xE8]), TestContext.Current.CancellationToken);

            using var read = new MemoryStream();
            await connection.CopyToAsync(read, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

            Assert.StartsWith("HTTP/1.1 101", Encoding.Latin1.GetString(read.ToArray()), StringComparison.Ordinal);
            Assert.EndsWith("slow_consumer", Encoding.Latin1.GetString(read.ToArray()), StringComparison.Ordinal);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Where_an_instance_does_not_answer_a_web_socket_another_one_is_asked(string version)
    {
        var directory = Directory.CreateTempSubdirectory("gateway-tests-");
        await using var one = await FakeService.StartAsync("one");
        await using var silent = await FakeService.StartAsync("silent");
        silent.KeepsSocketsWaiting = true;
        try
        {
            var (certificate, key) = (Path.Combine(directory.FullName, "certificate.pem"), Path.Combine(directory.FullName, "key.pem"));
            var presented = await RenewAsync(certificate, key);
            await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync(), new()
            {
                ["Gateway:CertificatePath"] = certificate,
                ["Gateway:CertificateKeyPath"] = key,
                ["Gateway:HandshakeTimeout"] = "00:00:00.2",
                ["services:realtimeservice:http:0"] = one.Address,
                ["services:realtimeservice:http:1"] = silent.Address,
            });
            using var handler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, found, _, _) => found!.GetCertHashString() == presented } };
            using var client = new HttpMessageInvoker(handler);

            // Which one is asked first is chance.
            await Eventually.HoldsAsync(
                async () =>
                {
                    using var socket = new ClientWebSocket { Options = { HttpVersion = Version.Parse(version), HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact } };
                    await socket.ConnectAsync(new Uri($"wss://localhost:{gateway.PublicAddress.Port}/ws"), client, TestContext.Current.CancellationToken);
                    await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken);
                    Assert.Equal("hello", await ReceiveAsync(socket));
                    return !silent.Arrivals.IsEmpty;
                },
                "the one that does not answer was asked");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>The version of a client's hello, and the first octet of the answer: 22 of a handshake that goes on, 21 of an alert (RFC 5246, 6.2.1).</summary>
    [Theory]
    [InlineData(0x0303, 22)]
    [InlineData(0x0302, 21)]
    [InlineData(0x0301, 21)]
    [InlineData(0x0300, 21)]
    public async Task Before_tls_1_2_nothing_is_spoken(int version, int answer)
    {
        var directory = Directory.CreateTempSubdirectory("gateway-tests-");
        try
        {
            var (certificate, key) = (Path.Combine(directory.FullName, "certificate.pem"), Path.Combine(directory.FullName, "key.pem"));
            await RenewAsync(certificate, key);
            await using var gateway = await GatewayHost.StartAsync(
                await postgres.CreateDatabaseAsync(), new() { ["Gateway:CertificatePath"] = certificate, ["Gateway:CertificateKeyPath"] = key });
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, gateway.PublicAddress.Port, TestContext.Current.CancellationToken);
            await client.GetStream().WriteAsync(Hello(version), TestContext.Current.CancellationToken);

            var octets = new byte[1];
            await client.GetStream().ReadExactlyAsync(octets, TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            Assert.Equal(answer, octets[0]);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task<string> ReceiveAsync(ClientWebSocket socket)
    {
        using var text = new MemoryStream();
        var buffer = new byte[4096];
        ValueWebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer.AsMemory(), TestContext.Current.CancellationToken);
            text.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);

        return Encoding.UTF8.GetString(text.ToArray());
    }

    /// <summary>By hand, since the clients of this machine have unlearnt the old versions: RFC 5246, 7.4.1.2, with suites that all of them have.</summary>
    private static byte[] Hello(int version)
    {
        byte[] extensions =
        [
            0x00, 0x0A, 0x00, 0x04, 0x00, 0x02, 0x00, 0x17, // supported_groups: secp256r1
            0x00, 0x0B, 0x00, 0x02, 0x01, 0x00, // ec_point_formats: uncompressed
            0x00, 0x0D, 0x00, 0x06, 0x00, 0x04, 0x04, 0x03, 0x02, 0x03, // signature_algorithms: ECDSA with SHA-256, SHA-1
        ];
        byte[] body =
        [
            (byte)(version >> 8), (byte)(version & 0xFF), .. RandomNumberGenerator.GetBytes(32), 0,
            0x00, 0x04, 0xC0, 0x2B, 0xC0, 0x09, // ECDHE_ECDSA with AES 128, GCM and CBC
            0x01, 0x00,
            0x00, (byte)extensions.Length, .. extensions,
        ];
        return [0x16, 0x03, 0x01, 0x00, (byte)(body.Length + 4), 0x01, 0x00, 0x00, (byte)body.Length, .. body];
    }

    /// <summary>Puts a new certificate with its key in the place of those before, as one who renews them does: each file at once, the key first.</summary>
    private static async Task<string> RenewAsync(string certificatePath, string keyPath)
    {
        using var certificate = SelfSigned.Certificate();
        foreach (var (path, text) in new[] { (keyPath, SelfSigned.KeyOf(certificate)), (certificatePath, certificate.ExportCertificatePem()) })
        {
            await File.WriteAllTextAsync($"{path}.new", text, TestContext.Current.CancellationToken);
            File.Move($"{path}.new", path, overwrite: true);
        }

        return certificate.GetCertHashString();
    }

    private static async Task<SslStream> ConnectAsync(GatewayHost gateway)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, gateway.PublicAddress.Port, TestContext.Current.CancellationToken);
        var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false);
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                RemoteCertificateValidationCallback = (_, presented, _, _) => presented is not null,
            },
            TestContext.Current.CancellationToken);
        return stream;
    }

    private static string Presented(SslStream connection) => connection.RemoteCertificate!.GetCertHashString();

    private static async Task<string> PresentedAsync(GatewayHost gateway)
    {
        using var connection = await ConnectAsync(gateway);
        return Presented(connection);
    }
}
