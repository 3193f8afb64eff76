using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;
using Sure.ServiceDefaults.Connections;

namespace Sure.Gateway.Listeners;

/// <summary>Two listeners: the internal one where every service has it, <c>ASPNETCORE_URLS</c>, and the public one.</summary>
internal static class ListenerSetup
{
    private const string DefaultInternalAddress = "http://localhost:5000";

    public static void AddListeners(this WebApplicationBuilder builder)
    {
        var addresses = builder.Configuration[WebHostDefaults.ServerUrlsKey] is { Length: > 0 } configured ? configured : DefaultInternalAddress;
        // The listeners are made below. Left in place the setting would only be warned about; empty it would be looked for elsewhere.
        builder.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, ";");
        builder.Services.AddSingleton<MatcherPolicy, ListenerPolicy>();
        builder.Services.AddSingleton<TrustedProxies>();
        builder.Services.AddSingleton<ConnectionLimit>();
        builder.Services.AddSingleton<CertificateKeeper>();
        builder.Services.AddHostedService(services => services.GetRequiredService<CertificateKeeper>());
        builder.Services.AddOptions<KestrelServerOptions>().Configure<IOptions<GatewayOptions>, ConnectionLimit, CertificateKeeper>((kestrel, gateway, connections, certificate) =>
        {
            kestrel.AddServerHeader = false;
            Bound(kestrel.Limits, gateway.Value);
            foreach (var address in addresses.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                ListenInternally(kestrel, BindingAddress.Parse(address));
            }

            ListenPublicly(kestrel, gateway.Value, connections, certificate);
        });
    }

    /// <summary>What a client may send, and how slowly.</summary>
    private static void Bound(KestrelServerLimits limits, GatewayOptions gateway)
    {
        // BodyLimit counts it.
        limits.MaxRequestBodySize = null;
        limits.MaxRequestLineSize = 8 * 1024;
        limits.MaxRequestHeadersTotalSize = 16 * 1024;
        limits.MaxRequestHeaderCount = 64;
        limits.RequestHeadersTimeout = gateway.RequestHeadersTimeout;
        limits.KeepAliveTimeout = gateway.KeepAliveTimeout;
        limits.MinRequestBodyDataRate = new MinDataRate(gateway.LeastBytesPerSecond, gateway.SlownessGrace);
        limits.MinResponseDataRate = new MinDataRate(gateway.LeastBytesPerSecond, gateway.SlownessGrace);
    }

    private static void ListenInternally(KestrelServerOptions kestrel, BindingAddress address)
    {
        if (!string.Equals(address.Scheme, Uri.UriSchemeHttp, StringComparison.OrdinalIgnoreCase) || address.IsUnixPipe || address.IsNamedPipe)
        {
            throw new InvalidOperationException($"The internal listener speaks plain HTTP over TCP, so its address cannot be {address}.");
        }

        if (string.Equals(address.Host, "localhost", StringComparison.OrdinalIgnoreCase))
        {
            kestrel.ListenLocalhost(address.Port, Mark);
        }
        else if (IPAddress.TryParse(address.Host, out var ip))
        {
            kestrel.Listen(ip, address.Port, Mark);
        }
        else
        {
            kestrel.ListenAnyIP(address.Port, Mark);
        }

        static void Mark(ListenOptions listener)
        {
            listener.Protocols = HttpProtocols.Http1;
            listener.Use(next => connection =>
            {
                connection.Features.Set(InternalListener.Mark);
                return next(connection);
            });
        }
    }

    private static void ListenPublicly(KestrelServerOptions kestrel, GatewayOptions gateway, ConnectionLimit connections, CertificateKeeper certificate) =>
        kestrel.ListenAnyIP(gateway.Port, listener =>
        {
            listener.Use(next => connection => connections.HandleAsync(connection, next));
            if (gateway.CertificatePath is null)
            {
                listener.Protocols = HttpProtocols.Http1;
                listener.Use(next => connection => DirectOutput.OfferAsync(connection, next));
            }
            else
            {
                listener.Protocols = HttpProtocols.Http1AndHttp2;
                // Files that cannot be read end the process at start.
                _ = certificate.Current;
                listener.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(certificate.Current) });
            }

            listener.UseConnectionAfterHttp();
        });
}
