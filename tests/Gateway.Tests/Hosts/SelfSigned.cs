using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sure.Gateway.Tests.Hosts;

/// <summary>Certificates that nobody vouches for.</summary>
internal static class SelfSigned
{
    /// <summary>Another one of <c>localhost</c>, with its key, good for a day.</summary>
    public static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        return new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    /// <summary>Its key as a file has it.</summary>
    public static string KeyOf(X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        return key.ExportPkcs8PrivateKeyPem();
    }
}
