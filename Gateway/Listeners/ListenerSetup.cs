using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;

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
        builder.Services.AddOptions<KestrelServerOptions>().Configure<IOptions<GatewayOptions>>((kestrel, gateway) =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = gateway.Value.MaxRequestBodySize;
            foreach (var address in addresses.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                ListenInternally(kestrel, BindingAddress.Parse(address));
            }

            ListenPublicly(kestrel, gateway.Value);
        });
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

    private static void ListenPublicly(KestrelServerOptions kestrel, GatewayOptions gateway) =>
        kestrel.ListenAnyIP(gateway.Port, listener =>
        {
            if (gateway.CertificatePath is null)
            {
                listener.Protocols = HttpProtocols.Http1;
            }
            else
            {
                listener.Protocols = HttpProtocols.Http1AndHttp2;
                listener.UseHttps(tls => UseCertificate(tls, gateway.CertificatePath, gateway.CertificateKeyPath));
            }
        });

    private static void UseCertificate(HttpsConnectionAdapterOptions tls, string certificatePath, string? keyPath)
    {
        tls.ServerCertificate = X509Certificate2.CreateFromPemFile(certificatePath, keyPath);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(certificatePath);
        tls.ServerCertificateChain = chain;
    }
}
