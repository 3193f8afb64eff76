namespace Sure.UtilizationService;

/// <summary>The conditions of a list's query.</summary>
internal static class ListConditions
{
    /// <summary>Only those that apply are written, so that the planner can take their index; the others are null.</summary>
    public static string Where(IEnumerable<string?> conditions) =>
        conditions.OfType<string>().ToList() is { Count: > 0 } applied ? $"WHERE {string.Join(" AND ", applied)}" : "";
}
