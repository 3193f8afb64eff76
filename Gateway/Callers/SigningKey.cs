using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Sure.Gateway.Callers;

/// <summary>The key of this instance; its private half exists only in this process.</summary>
internal sealed class SigningKey : IDisposable
{
    private static readonly JsonWebTokenHandler Tokens = new() { SetDefaultTimesOnTokenCreation = false };

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly SigningCredentials _credentials;
    private readonly Lock _signing = new();

    public SigningKey()
    {
        Id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        _credentials = new SigningCredentials(new ECDsaSecurityKey(_key) { KeyId = Id }, SecurityAlgorithms.EcdsaSha256);
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        PublicKey = new JsonObject
        {
            ["kty"] = JsonWebAlgorithmsKeyTypes.EllipticCurve,
            ["crv"] = JsonWebKeyECTypes.P256,
            ["x"] = Base64UrlEncoder.Encode(point.X),
            ["y"] = Base64UrlEncoder.Encode(point.Y),
            ["use"] = JsonWebKeyUseNames.Sig,
            ["alg"] = SecurityAlgorithms.EcdsaSha256,
            ["kid"] = Id,
        }.ToJsonString();
    }

    public string Id { get; }

    /// <summary>The public half as a JSON Web Key.</summary>
    public string PublicKey { get; }

    public string Sign(SecurityTokenDescriptor token)
    {
        token.SigningCredentials = _credentials;
        lock (_signing)
        {
            return Tokens.CreateToken(token);
        }
    }

    public void Dispose() => _key.Dispose();
}
