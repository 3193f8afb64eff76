using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Sure.ServiceDefaults.Identity;

/// <summary>Authenticates a call of another service by its own token.</summary>
internal sealed partial class ServiceTokenHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, ServiceTokens tokens)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "service";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers[InternalToken.ServiceHeader] is not [{ Length: > 0 } text])
        {
            return AuthenticateResult.NoResult();
        }

        var (service, refusal) = await tokens.VerifyAsync(text);
        if (service is null)
        {
            Log.TokenRefused(Logger, refusal);
            return AuthenticateResult.Fail("The token of the service was refused.");
        }

        var identity = new ClaimsIdentity([new Claim("sub", service)], SchemeName, "sub", roleType: null);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The token of a service was refused: {Reason}")]
        public static partial void TokenRefused(ILogger logger, string? reason);
    }
}
