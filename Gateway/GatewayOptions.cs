using System.ComponentModel.DataAnnotations;

namespace Sure.Gateway;

/// <summary>Section <c>Gateway</c>: the public side.</summary>
internal sealed class GatewayOptions
{
    public const string Section = "Gateway";

    /// <summary>Port of the public listener, on every address; 0 takes a free one.</summary>
    [Range(0, 65535)]
    public int Port { get; set; } = 8080;

    /// <summary>PEM file of the certificate and those it was issued by; null listens without TLS.</summary>
    public string? CertificatePath { get; set; }

    /// <summary>PEM file of its private key; null when it is in the same file.</summary>
    public string? CertificateKeyPath { get; set; }

    /// <summary>Origins whose pages may call the platform from a browser.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; set; } = [];

    /// <summary>Largest body where a route does not set its own.</summary>
    [Range(1, 64 * 1024 * 1024)]
    public int MaxRequestBodySize { get; set; } = 64 * 1024;

    /// <summary>A service that does not accept a connection within this time is away.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long WebSockets may stay open after the gateway was asked to stop.</summary>
    public TimeSpan SocketGrace { get; set; } = TimeSpan.FromSeconds(5);
}
