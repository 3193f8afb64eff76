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
    VerifiedTokens verified,
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

        if (verified.Find(text) is { } known)
        {
            return Admit(known);
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
            // Judged each time, by our clock.
            ValidateLifetime = false,
        });
        if (!result.IsValid)
        {
            return Refused(result.Exception.GetType().Name);
        }

        // One that does not say when it ends has ended.
        var good = new VerifiedToken(new ClaimsPrincipal(result.ClaimsIdentity), token.ValidFrom, token.ValidTo);
        verified.Add(text, good);
        return Admit(good);
    }

    private AuthenticateResult Admit(VerifiedToken token) => token.IsAlive(time.GetUtcNow())
        ? AuthenticateResult.Success(new AuthenticationTicket(token.Principal, SchemeName))
        : Refused("its time is over or has not come");

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
