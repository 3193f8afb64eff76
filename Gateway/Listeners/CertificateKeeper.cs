using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;

namespace Sure.Gateway.Listeners;

/// <summary>
/// The certificate of the public listener. The files are read again and again, whoever replaces them and however; new connections get
/// what is new, and what cannot be read or does not belong together changes nothing.
/// </summary>
internal sealed partial class CertificateKeeper(IOptions<GatewayOptions> options, TimeProvider time, ILogger<CertificateKeeper> logger) : BackgroundService
{
    private readonly GatewayOptions _options = options.Value;
    private volatile SslServerAuthenticationOptions? _current;
    private string _hash = "";

    /// <summary>What a connection is greeted with.</summary>
    public SslServerAuthenticationOptions Current => _current ??= ReadFirst();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_options.CertificatePath is null)
        {
            return;
        }

        using var timer = new PeriodicTimer(_options.CertificateInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (HashOfFiles() is var hash && hash != _hash)
                {
                    _current = Read();
                    _hash = hash;
                    Log.Renewed(logger, _options.CertificatePath);
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
            {
                Log.NotRead(logger, _options.CertificatePath, exception.Message);
            }
        }
    }

    private SslServerAuthenticationOptions ReadFirst()
    {
        _hash = HashOfFiles();
        return Read();
    }

    private SslServerAuthenticationOptions Read()
    {
        using var loaded = X509Certificate2.CreateFromPemFile(_options.CertificatePath!, _options.CertificateKeyPath);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(_options.CertificatePath!);
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(
                X509CertificateLoader.LoadPkcs12(loaded.Export(X509ContentType.Pkcs12), password: null), chain, offline: true),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        };
    }

    private string HashOfFiles()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(File.ReadAllBytes(_options.CertificatePath!));
        if (_options.CertificateKeyPath is { } key)
        {
            hash.AppendData(File.ReadAllBytes(key));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "The certificate in {Path} is new; connections from now on get it")]
        public static partial void Renewed(ILogger logger, string path);

        [LoggerMessage(Level = LogLevel.Error, Message = "The certificate in {Path} changed and cannot be used; the one before stays: {Reason}")]
        public static partial void NotRead(ILogger logger, string path, string reason);
    }
}
