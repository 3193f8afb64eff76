using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Tokens;

namespace Sure.Gateway.Callers;

/// <summary>The issuers of tokens that configuration names.</summary>
/// <param name="Names">Sections of <c>Authentication:Schemes</c>.</param>
internal sealed record TokenSchemes(IReadOnlyList<string> Names)
{
    private const string Section = "Authentication:Schemes";

    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    /// <summary>How long a key that an issuer withdrew may still count; one that it added is fetched when the first token names it.</summary>
    private static readonly TimeSpan KeysLife = TimeSpan.FromMinutes(10);

    /// <summary>What issuers sign with whose keys everybody may know.</summary>
    private static readonly string[] PublicAlgorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    /// <summary>Adds all that are configured.</summary>
    public static void Add(WebApplicationBuilder builder)
    {
        var sections = builder.Configuration.GetSection(Section).GetChildren().ToList();
        var authentication = builder.Services.AddAuthentication();
        foreach (var section in sections)
        {
            // A key that both sides must keep secret can come from configuration only; with a published one it would be a way in.
            var hasOwnKeys = section.GetSection("SigningKeys").GetChildren().Any();
            authentication.AddJwtBearer(section.Key, jwt =>
            {
                jwt.MapInboundClaims = false;
                jwt.AutomaticRefreshInterval = KeysLife;
                var parameters = jwt.TokenValidationParameters;
                parameters.ValidateAudience = true;
                parameters.ValidateIssuer = true;
                parameters.ValidAlgorithms = hasOwnKeys ? [SecurityAlgorithms.HmacSha256] : PublicAlgorithms;
                parameters.ClockSkew = Skew;
            });
            builder.Services.AddOptions<JwtBearerOptions>(section.Key)
                .PostConfigure(jwt =>
                {
                    // It would take keys for an hour that the issuer has withdrawn. Those last fetched stay while the issuer is away.
                    if (jwt.ConfigurationManager is BaseConfigurationManager keys)
                    {
                        keys.UseLastKnownGoodConfiguration = false;
                    }
                })
                .Validate(
                    jwt => jwt.TokenValidationParameters.ValidAudiences?.Any() is true || jwt.TokenValidationParameters.ValidAudience is { Length: > 0 },
                    $"{section.Path}:ValidAudiences is missing: the audience that tokens for this platform are issued for.")
                .ValidateOnStart();
        }

        // Who asks has been found out before; the scheme of the services has nothing to read here, and only says no.
        builder.Services.Configure<AuthenticationOptions>(defaults =>
        {
            defaults.DefaultChallengeScheme = defaults.DefaultForbidScheme = defaults.DefaultScheme;
            defaults.DefaultScheme = null;
        });
        builder.Services.AddSingleton(new TokenSchemes([.. sections.Select(s => s.Key)]));
        builder.Services.AddSingleton<TokenIssuers>();
    }
}
