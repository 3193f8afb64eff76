namespace Sure.ServiceDefaults.Identity;

/// <summary>What a key or token allows.</summary>
public static class Scope
{
    /// <summary>See own policies, claims and accounts.</summary>
    public const string Read = "read";

    /// <summary>Bind policies, file claims, move own money.</summary>
    public const string Write = "write";

    /// <summary>Post observations.</summary>
    public const string Ingest = "ingest";

    /// <summary>Operate the platform; sees and moves everybody's.</summary>
    public const string Admin = "admin";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Read, Write, Ingest, Admin];
}
