using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Sure.ServiceDefaults.Identity;

/// <summary>Who calls, and what an endpoint asks of them.</summary>
public static class Callers
{
    /// <summary>Lets only callers with <paramref name="scope"/> in: 401 for an anonymous one, 403 for one without it.</summary>
    public static TBuilder RequireScope<TBuilder>(this TBuilder endpoints, string scope)
        where TBuilder : IEndpointConventionBuilder => endpoints.RequireAuthorization(scope);

    /// <summary>Lets only the services in that may call this one.</summary>
    public static TBuilder RequireService<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder => endpoints.RequireAuthorization(ServiceTokenHandler.SchemeName);

    /// <summary>The caller of this request; anonymous where the endpoint is public and no key was sent.</summary>
    public static Caller Caller(this HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Identity.Caller.From(context.User);
    }

    internal static void AddCallers(this IHostApplicationBuilder builder)
    {
        builder.Services.AddHttpClient(GatewayKeys.ClientName, client => client.BaseAddress = new Uri("http://gateway"));
        builder.Services.AddSingleton<GatewayKeys>();
        builder.Services.AddSingleton<VerifiedTokens>();
        builder.Services.AddAuthentication(InternalTokenHandler.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, InternalTokenHandler>(InternalTokenHandler.SchemeName, configureOptions: null)
            .AddScheme<AuthenticationSchemeOptions, ServiceTokenHandler>(ServiceTokenHandler.SchemeName, configureOptions: null);
        builder.Services.AddOptions<ServiceKeyOptions>().BindConfiguration("Identity").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<ServiceTokens>();
        builder.Services.AddTransient<ServiceCallHandler>();
        var authorization = builder.Services.AddAuthorizationBuilder();
        authorization.AddPolicy(ServiceTokenHandler.SchemeName, policy => policy
            .AddAuthenticationSchemes(ServiceTokenHandler.SchemeName)
            .RequireAuthenticatedUser());
        foreach (var scope in Scope.All)
        {
            authorization.AddPolicy(scope, policy => policy
                .RequireAuthenticatedUser()
                .RequireAssertion(context => Identity.Caller.From(context.User).Scopes.Contains(scope)));
        }
    }
}
