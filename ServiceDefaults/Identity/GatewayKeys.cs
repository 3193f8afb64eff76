using Microsoft.IdentityModel.Tokens;

namespace Sure.ServiceDefaults.Identity;

/// <summary>The gateway's public keys, fetched when a token names one that is not known yet.</summary>
internal sealed class GatewayKeys(IHttpClientFactory clients, TimeProvider time) : IDisposable
{
    public const string ClientName = "gateway-keys";

    /// <summary>Forged key ids must not turn into a stream of requests to the gateway.</summary>
    private static readonly TimeSpan MinimumRefreshInterval = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _refreshing = new(1, 1);
    private volatile Dictionary<string, SecurityKey> _keys = new(StringComparer.Ordinal);
    private long? _refreshedAt;

    public async ValueTask<SecurityKey?> FindAsync(string keyId, CancellationToken cancellationToken)
    {
        if (_keys.TryGetValue(keyId, out var known))
        {
            return known;
        }

        await _refreshing.WaitAsync(cancellationToken);
        try
        {
            if (!_keys.ContainsKey(keyId) && (_refreshedAt is not { } last || time.GetElapsedTime(last) >= MinimumRefreshInterval))
            {
                using var client = clients.CreateClient(ClientName);
                var set = new JsonWebKeySet(await client.GetStringAsync(new Uri(InternalToken.KeysPath, UriKind.Relative), cancellationToken));
                _keys = set.GetSigningKeys().ToDictionary(k => k.KeyId, StringComparer.Ordinal);
                _refreshedAt = time.GetTimestamp();
            }
        }
        finally
        {
            _refreshing.Release();
        }

        return _keys.GetValueOrDefault(keyId);
    }

    public void Dispose() => _refreshing.Dispose();
}
