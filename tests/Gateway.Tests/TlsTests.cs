using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sure.Gateway.Tests.Hosts;
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
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var now = TimeProvider.System.GetUtcNow();
            using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
            var certificatePath = Path.Combine(directory.FullName, "certificate.pem");
            var keyPath = Path.Combine(directory.FullName, "key.pem");
            await File.WriteAllTextAsync(certificatePath, certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(keyPath, key.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
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
}
