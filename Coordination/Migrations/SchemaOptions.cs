namespace Sure.Coordination.Migrations;

/// <summary>Settings of the schema, section <c>Schema</c>.</summary>
public sealed class SchemaOptions
{
    /// <summary>
    /// Brings the schema up to date and ends, with exit code 0 when it is; nothing that needs the schema begins. For the step before the
    /// instances of a new version are started. Default false: every instance does it at its start and goes on.
    /// </summary>
    public bool MigrateOnly { get; set; }
}
