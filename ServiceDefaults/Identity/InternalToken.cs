namespace Sure.ServiceDefaults.Identity;

/// <summary>The token with which the gateway vouches for a caller towards the services: a JWT, ES256, one minute long.</summary>
public static class InternalToken
{
    /// <summary>Header that carries it; the gateway removes what clients send under this name.</summary>
    public const string Header = "X-Sure-Caller";

    /// <summary>Header that carries the token with which one service calls another; removed like the other, but from calls of services.</summary>
    public const string ServiceHeader = "X-Sure-Service";

    /// <summary>Its issuer.</summary>
    public const string Issuer = "sure-gateway";

    /// <summary>Its audience.</summary>
    public const string Audience = "sure-services";

    /// <summary>Where the gateway publishes its public keys as a JSON Web Key Set; not reachable from outside.</summary>
    public const string KeysPath = "/internal/keys";
}
