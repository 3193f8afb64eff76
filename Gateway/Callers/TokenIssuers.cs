using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Sure.Contracts.Calls;
using Sure.Contracts.Json;
using Sure.ServiceDefaults.Identity;

namespace Sure.Gateway.Callers;

/// <summary>
/// Recognises the tokens of OIDC issuers. Each is a section of <c>Authentication:Schemes</c>, as the framework reads it: an authority with
/// its published keys, or keys of configuration as <c>dotnet user-jwts</c> writes them.
/// </summary>
internal sealed partial class TokenIssuers(
    TokenSchemes schemes, IOptionsMonitor<JwtBearerOptions> options, TimeProvider time, ILogger<TokenIssuers> logger)
{
    private static readonly TimeSpan KeysTimeout = TimeSpan.FromSeconds(3);

    private readonly JsonWebTokenHandler _tokens = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = TokenQuestion.LongestToken };

    /// <summary>Whether it has the form of a token, so that it is worth reading.</summary>
    public bool CanRead(string text) => text.StartsWith("ey", StringComparison.Ordinal) && _tokens.CanReadToken(text);

    /// <summary>Whose token it is.</summary>
    public async ValueTask<FoundCaller> FindAsync(string text, CancellationToken cancellationToken)
    {
        JsonWebToken token;
        try
        {
            token = _tokens.ReadJsonWebToken(text);
        }
        catch (Exception exception) when (exception is ArgumentException or SecurityTokenException)
        {
            return new FoundCaller.Refused("it is no token that can be read");
        }

        if (schemes.All.FirstOrDefault(s => Issues(options.Get(s.Name), token.Issuer)) is not { } scheme)
        {
            return new FoundCaller.Refused("its issuer is none of those configured");
        }

        var issuer = options.Get(scheme.Name);
        var parameters = issuer.TokenValidationParameters.Clone();
        if (issuer.ConfigurationManager is BaseConfigurationManager manager)
        {
            parameters.ConfigurationManager = manager;
            if (!await HasKeysAsync(manager, cancellationToken))
            {
                return FoundCaller.Unknown.Instance;
            }
        }

        var result = await _tokens.ValidateTokenAsync(token, parameters);
        return !result.IsValid ? new FoundCaller.Refused(result.Exception.GetType().Name)
            : token.Subject is { Length: > 0 } own && $"{scheme.SubjectPrefix}{own}" is { Length: <= 256 } subject
                && PlainTextConverter.IsPlain(subject) && !Subjects.IsReserved(subject)
                ? new FoundCaller.Known(ClientOf(token, subject))
            : new FoundCaller.Refused("it names no subject that anybody can have");
    }

    /// <summary>Whether this scheme is the one for tokens of <paramref name="issuer"/>.</summary>
    private static bool Issues(JwtBearerOptions scheme, string issuer) =>
        issuer == scheme.TokenValidationParameters.ValidIssuer
        || scheme.TokenValidationParameters.ValidIssuers?.Contains(issuer, StringComparer.Ordinal) is true
        || (scheme.Authority is { Length: > 0 } authority && issuer.TrimEnd('/') == authority.TrimEnd('/'));

    private static Client ClientOf(JsonWebToken token, string subject)
    {
        var name = $"{token.Issuer}\n{token.Subject}";
        return new Client(
            $"jwt-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16))}",
            subject,
            [.. Words(token, "scope").Concat(Words(token, "scp")).Where(s => Scope.All.Contains(s, StringComparer.Ordinal)).Distinct(StringComparer.Ordinal)],
            [.. Words(token, "sources")],
            makers: [token.Issuer],
            limitScale: 1);
    }

    /// <summary>Written as one text with spaces or as a list.</summary>
    private static IEnumerable<string> Words(JsonWebToken token, string claim) =>
        token.Claims.Where(c => c.Type == claim).SelectMany(c => c.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private async Task<bool> HasKeysAsync(BaseConfigurationManager manager, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(KeysTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await manager.GetBaseConfigurationAsync(either.Token);
            return true;
        }
        catch (Exception exception) when (
            exception is InvalidOperationException or HttpRequestException or IOException or OperationCanceledException or ArgumentException
            && !cancellationToken.IsCancellationRequested)
        {
            Log.NoKeys(logger, exception.Message);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The keys of an issuer of tokens could not be fetched: {Reason}")]
        public static partial void NoKeys(ILogger logger, string reason);
    }
}
