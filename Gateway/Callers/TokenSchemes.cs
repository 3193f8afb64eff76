using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Tokens;

namespace Sure.Gateway.Callers;

/// <summary>An issuer of tokens that configuration names.</summary>
/// <param name="Name">Of its section.</param>
/// <param name="SubjectPrefix">What the subjects of its tokens begin with at the platform; empty where they are as it writes them.</param>
internal sealed record TokenScheme(string Name, string SubjectPrefix)
{
    /// <summary>
    /// Whether no user of another issuer can have the subject that one of this has: an issuer may say who its own users are, and could name
    /// any of them like somebody else's.
    /// </summary>
    public bool IsApartFrom(IEnumerable<TokenScheme> others) => others.All(o =>
        o.Name == Name
        || !(o.SubjectPrefix.StartsWith(SubjectPrefix, StringComparison.Ordinal) || SubjectPrefix.StartsWith(o.SubjectPrefix, StringComparison.Ordinal)));
}

/// <summary>The issuers of tokens that configuration names.</summary>
/// <param name="All">Sections of <c>Authentication:Schemes</c>.</param>
internal sealed record TokenSchemes(IReadOnlyList<TokenScheme> All)
{
    private const string Section = "Authentication:Schemes";

    /// <summary>A setting of ours among those of the framework.</summary>
    private const string SubjectPrefix = "SubjectPrefix";

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
        var schemes = sections.Select(s => new TokenScheme(s.Key, s[SubjectPrefix] ?? "")).ToList();
        // As the one of development, until `dotnet user-jwts` makes a key: there is no token that it would take.
        var withKeys = schemes.Where((_, i) => HasKeys(sections[i])).ToList();
        var authentication = builder.Services.AddAuthentication();
        foreach (var (section, scheme) in sections.Zip(schemes))
        {
            // A key that both sides must keep secret can come from configuration only; with a published one it would be a way in.
            var hasOwnKeys = HasOwnKeys(section);
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
                .Validate(
                    _ => !withKeys.Contains(scheme) || scheme.IsApartFrom(withKeys),
                    $"{section.Path}:{SubjectPrefix} is missing or begins like another's: where there are several issuers of tokens, each needs a beginning of its own for the subjects of its users.")
                .ValidateOnStart();
        }

        // Who asks has been found out before; the scheme of the services has nothing to read here, and only says no.
        builder.Services.Configure<AuthenticationOptions>(defaults =>
        {
            defaults.DefaultChallengeScheme = defaults.DefaultForbidScheme = defaults.DefaultScheme;
            defaults.DefaultScheme = null;
        });
        builder.Services.AddSingleton(new TokenSchemes(schemes));
        builder.Services.AddSingleton<TokenIssuers>();
    }

    private static bool HasKeys(IConfigurationSection scheme) =>
        HasOwnKeys(scheme) || scheme[nameof(JwtBearerOptions.Authority)] is { Length: > 0 } || scheme[nameof(JwtBearerOptions.MetadataAddress)] is { Length: > 0 };

    private static bool HasOwnKeys(IConfigurationSection scheme) => scheme.GetSection("SigningKeys").GetChildren().Any();
}
