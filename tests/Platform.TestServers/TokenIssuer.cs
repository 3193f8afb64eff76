using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using static Sure.TestServers.Jws;

namespace Sure.TestServers;

/// <summary>An OIDC issuer on loopback: its discovery document, its published keys, and tokens good and forged.</summary>
public sealed class TokenIssuer : IDisposable
{
    /// <summary>Whom its tokens are for.</summary>
    public const string Audience = "sure";

    private static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    private readonly HttpListener _listener = new();
    private readonly RSA _stranger = RSA.Create(2048);
    private readonly ECDsa _strangerOnCurve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private RSA _key = RSA.Create(2048);
    private int _generation = 1;
    private int _strangersKeysAsked;

    /// <summary>Listens on <paramref name="port"/> from now on.</summary>
    public TokenIssuer(int port)
    {
        Address = $"http://127.0.0.1:{port}";
        _listener.Prefixes.Add(Address + "/");
        _listener.Start();
        _ = ServeAsync();
    }

    /// <summary>Its name and where it is, the <c>iss</c> of its tokens.</summary>
    public string Address { get; }

    /// <summary>How often somebody fetched the keys that a forged token, and nobody else, names as those to check it with.</summary>
    public int StrangersKeysAsked => Volatile.Read(ref _strangersKeysAsked);

    private string KeyId => $"key-{_generation}";

    /// <summary>The settings by which a gateway takes its tokens.</summary>
    public IReadOnlyDictionary<string, string?> Settings(string scheme = "Partner", string subjectPrefix = "") => new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        [$"Authentication:Schemes:{scheme}:Authority"] = Address,
        [$"Authentication:Schemes:{scheme}:ValidAudiences:0"] = Audience,
        [$"Authentication:Schemes:{scheme}:RequireHttpsMetadata"] = "false",
        [$"Authentication:Schemes:{scheme}:SubjectPrefix"] = subjectPrefix,
    };

    /// <summary>Signs with a new key from now on, and publishes only that.</summary>
    public void Rotate()
    {
        var old = _key;
        (_key, _generation) = (RSA.Create(2048), _generation + 1);
        old.Dispose();
    }

    /// <summary>What a good token says.</summary>
    public JsonObject Claims(string subject, string scopes)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new JsonObject
        {
            ["iss"] = Address,
            ["aud"] = Audience,
            ["sub"] = subject,
            ["scope"] = scopes,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + Life).ToUnixTimeSeconds(),
        };
    }

    /// <summary>A good token.</summary>
    public string Issue(string subject, string scopes) => Issue(Claims(subject, scopes));

    /// <summary>A token with these claims and a good signature.</summary>
    public string Issue(JsonObject claims) => Join(Header("RS256"), claims, Sign);

    /// <summary>Tokens that each would be good but for one thing, by what it is.</summary>
    public IEnumerable<(string What, string Token)> Forgeries(string subject, string scopes)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        foreach (var none in new[] { "none", "None", "NONE", "nOnE", "" })
        {
            yield return ($"alg {none} without a signature", Join(Header(none), Claims(subject, scopes), _ => []));
            yield return ($"alg {none} with a signature", Join(Header(none), Claims(subject, scopes), Sign));
        }

        yield return ("no alg", Join(new JsonObject { ["typ"] = "JWT", ["kid"] = KeyId }, Claims(subject, scopes), Sign));
        yield return ("RS256 without its signature", Join(Header("RS256"), Claims(subject, scopes), _ => []));

        // What everybody may know, taken for a secret that both sides share.
        foreach (var (form, secret) in new[]
            {
                ("PEM", Encoding.ASCII.GetBytes(_key.ExportSubjectPublicKeyInfoPem())),
                ("DER", _key.ExportSubjectPublicKeyInfo()),
                ("PKCS 1", _key.ExportRSAPublicKey()),
                ("modulus", _key.ExportParameters(includePrivateParameters: false).Modulus!),
                ("JWK", Encoding.ASCII.GetBytes(Jwk(_key, KeyId).ToJsonString())),
                ("nothing", []),
            })
        {
            yield return ($"HS256 by the public key as {form}", Join(Header("HS256"), Claims(subject, scopes), data => HMACSHA256.HashData(secret, data)));
        }

        yield return ("HS512 by the public key", Join(Header("HS512"), Claims(subject, scopes), data => HMACSHA512.HashData(_key.ExportSubjectPublicKeyInfo(), data)));
        yield return ("a stranger's key under our id", Join(Header("RS256"), Claims(subject, scopes), SignAsStranger));
        yield return ("a stranger's key under an id of its own", Join(With(Header("RS256"), "kid", "stranger"), Claims(subject, scopes), SignAsStranger));
        yield return ("a stranger's key under none", Join(new JsonObject { ["alg"] = "RS256" }, Claims(subject, scopes), SignAsStranger));
        yield return ("a key in the token", Join(With(Header("RS256"), "jwk", Jwk(_stranger, KeyId)), Claims(subject, scopes), SignAsStranger));
        yield return ("keys that the token says where to fetch", Join(With(Header("RS256"), "jku", $"{Address}/stranger"), Claims(subject, scopes), SignAsStranger));
        yield return ("a certificate that the token says where to fetch", Join(With(Header("RS256"), "x5u", $"{Address}/stranger"), Claims(subject, scopes), SignAsStranger));
        yield return ("a file as the key", Join(With(Header("RS256"), "kid", "../../../../dev/null"), Claims(subject, scopes), data => HMACSHA256.HashData(Array.Empty<byte>(), data)));
        yield return ("ES256 by a stranger", Join(Header("ES256"), Claims(subject, scopes), data => _strangerOnCurve.SignData(data, HashAlgorithmName.SHA256)));
        yield return ("ES256 of zeros", Join(Header("ES256"), Claims(subject, scopes), _ => new byte[64]));

        yield return ("another issuer", Issue(With(Claims(subject, scopes), "iss", "https://issuer.example.invalid")));
        yield return ("our own issuer", Issue(With(Claims(subject, scopes), "iss", "sure-gateway")));
        yield return ("an issuer that begins like ours", Issue(With(Claims(subject, scopes), "iss", $"{Address}.example.invalid")));
        yield return ("no issuer", Issue(Without(Claims(subject, scopes), "iss")));
        yield return ("another audience", Issue(With(Claims(subject, scopes), "aud", "another")));
        yield return ("the audience of services", Issue(With(Claims(subject, scopes), "aud", "sure-services")));
        yield return ("no audience", Issue(Without(Claims(subject, scopes), "aud")));
        yield return ("over", Issue(With(With(Claims(subject, scopes), "iat", now - 600), "exp", now - 60)));
        yield return ("no end", Issue(Without(Claims(subject, scopes), "exp")));
        yield return ("not yet", Issue(With(Claims(subject, scopes), "nbf", now + 120)));
        yield return ("no subject", Issue(Without(Claims(subject, scopes), "sub")));

        var good = Issue(subject, scopes).Split('.');
        yield return ("changed claims", $"{good[0]}.{Encode(Bytes(Claims("admin", "read write ingest admin")))}.{good[2]}");
        yield return ("changed header", $"{Encode(Bytes(With(Header("RS256"), "cty", "x")))}.{good[1]}.{good[2]}");
        yield return ("cut signature", $"{good[0]}.{good[1]}.{good[2][..^8]}");
        yield return ("no signature part", $"{good[0]}.{good[1]}");
        yield return ("a part too many", $"{good[0]}.{good[1]}.{good[2]}.{good[2]}");
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _listener.Close();
        _key.Dispose();
        _stranger.Dispose();
        _strangerOnCurve.Dispose();
    }

    private static JsonObject Jwk(RSA key, string id)
    {
        var parameters = key.ExportParameters(includePrivateParameters: false);
        return new JsonObject
        {
            ["kty"] = "RSA",
            ["use"] = "sig",
            ["alg"] = "RS256",
            ["kid"] = id,
            ["n"] = Encode(parameters.Modulus!),
            ["e"] = Encode(parameters.Exponent!),
        };
    }

    private JsonObject Header(string algorithm) => new() { ["alg"] = algorithm, ["typ"] = "JWT", ["kid"] = KeyId };

    private byte[] Sign(byte[] data) => _key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    private byte[] SignAsStranger(byte[] data) => _stranger.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            var answer = context.Request.Url!.AbsolutePath switch
            {
                "/.well-known/openid-configuration" => new JsonObject { ["issuer"] = Address, ["jwks_uri"] = $"{Address}/keys" },
                "/keys" => new JsonObject { ["keys"] = new JsonArray(Jwk(_key, KeyId)) },
                _ => new JsonObject { ["keys"] = new JsonArray(Jwk(_stranger, KeyId)) },
            };
            if (context.Request.Url.AbsolutePath == "/stranger")
            {
                Interlocked.Increment(ref _strangersKeysAsked);
            }

            context.Response.ContentType = "application/json";
            context.Response.Close(Bytes(answer), willBlock: false);
        }
    }
}
