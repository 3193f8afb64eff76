namespace Sure.Contracts.Calls;

/// <summary>
/// Is this token somebody's? Asked of the gateway: 204 if it is, 422 if not, 503 while it cannot tell. 401 and 403 say nothing about it, but
/// that whoever asks is not a service that may.
/// </summary>
/// <param name="Token">A secret: it is not part of the text of this record.</param>
public sealed record TokenQuestion(string Token)
{
    /// <summary>Where it is asked, on the internal listener only.</summary>
    public const string Path = "/internal/callers";

    /// <summary>Characters beyond which it is nobody's, and the question might be too long to be taken.</summary>
    public const int LongestToken = 8 * 1024;

    /// <summary>Header with the address of the client that sent the token: what is refused is noted with it.</summary>
    public const string AddressHeader = "X-Sure-Address";

    /// <inheritdoc />
    public override string ToString() => nameof(TokenQuestion);
}
