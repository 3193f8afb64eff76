using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Sure.ServiceDefaults.Identity;

/// <summary>Authenticates a request by the gateway's <see cref="InternalToken"/>; nothing else a request carries is believed.</summary>
internal sealed partial class InternalTokenHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    GatewayKeys keys,
    TimeProvider time) : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "internal";

    private static readonly JsonWebTokenHandler Tokens = new() { MapInboundClaims = false };

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers[InternalToken.Header] is not [{ Length: > 0 } text])
        {
            return AuthenticateResult.NoResult();
        }

        if (!Tokens.CanReadToken(text))
        {
            return Refused("it is no JWT");
        }

        var token = Tokens.ReadJsonWebToken(text);
        var key = await keys.FindAsync(token.Kid, Context.RequestAborted);
        if (key is null)
        {
            return Refused("its key is not the gateway's");
        }

        var result = await Tokens.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = InternalToken.Issuer,
            ValidAudience = InternalToken.Audience,
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            IssuerSigningKey = key,
            NameClaimType = "sub",
            ClockSkew = TimeSpan.FromSeconds(5),
            LifetimeValidator = (notBefore, expires, _, parameters) => IsAlive(notBefore, expires, parameters.ClockSkew),
        });
        return result.IsValid
            ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(result.ClaimsIdentity), SchemeName))
            : Refused(result.Exception.GetType().Name);
    }

    private bool IsAlive(DateTime? notBefore, DateTime? expires, TimeSpan skew)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return expires is { } end && end > now - skew && (notBefore is not { } start || start < now + skew);
    }

    private AuthenticateResult Refused(string reason)
    {
        Log.TokenRefused(Logger, reason);
        return AuthenticateResult.Fail("The internal token was refused.");
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "An internal token was refused: {Reason}")]
        public static partial void TokenRefused(ILogger logger, string reason);
    }
}
