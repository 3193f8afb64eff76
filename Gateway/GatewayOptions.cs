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

    /// <summary>How often the files of the certificate are looked at for a new one.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan CertificateInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Origins whose pages may call the platform from a browser.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; set; } = [];

    /// <summary>Folder of the built dashboard; relative to that of the gateway's settings. Where none is built, none is served.</summary>
    [Required]
    public string PagesPath { get; set; } = "../Dashboard/dist";

    /// <summary>Where operators look at traces; the dashboard links to it, for everybody to see. Null where there is nothing.</summary>
    [Url]
    public string? TracesUrl { get; set; }

    /// <summary>Where they look at metrics.</summary>
    [Url]
    public string? MetricsUrl { get; set; }

    /// <summary>Where they look at logs.</summary>
    [Url]
    public string? LogsUrl { get; set; }

    /// <summary>Largest body where a route does not set its own.</summary>
    [Range(1, 64 * 1024 * 1024)]
    public int MaxRequestBodySize { get; set; } = 64 * 1024;

    /// <summary>Addresses or networks (<c>10.0.0.0/8</c>) of proxies whose <c>X-Forwarded-For</c> is believed.</summary>
    public IReadOnlyList<string> TrustedProxies { get; set; } = [];

    /// <summary>Networks from which the scope <c>admin</c> counts; empty: from everywhere.</summary>
    public IReadOnlyList<string> AdminNetworks { get; set; } = [];

    /// <summary>
    /// Whether a request belongs to the trace that its <c>traceparent</c> names, recorded where that says so. Only where nobody but those
    /// who may decide what is recorded gets to the gateway, or a proxy before it begins the traces.
    /// </summary>
    public bool TakesUpTraces { get; set; }

    /// <summary>A client whose headers are not there after this time is hung up on.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan RequestHeadersTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>A connection without a request is closed after this time.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>A client that sends its body or takes its answer slower than this is hung up on. Bytes per second.</summary>
    [Range(1, 1_000_000)]
    public int LeastBytesPerSecond { get; set; } = 240;

    /// <summary>From when on it has to be so fast.</summary>
    [Range(typeof(TimeSpan), "00:00:01.001", "00:05:00")]
    public TimeSpan SlownessGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A body that has not come as a whole after this time is answered 408.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan BodyTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>A service that does not accept a connection within this time is away.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>A service that neither agrees to a WebSocket within this time nor refuses it does not answer. What is agreed on may be silent for longer.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long WebSockets may stay open after the gateway was asked to stop and their clients were sent away.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan SocketGrace { get; set; } = TimeSpan.FromSeconds(5);
}
