namespace Sure.LocalHost;

/// <summary>Whether the data is the demonstration's. Decided at the first start and never mixed afterwards.</summary>
public static class Book
{
    private const string Demonstration = "demonstration";
    private const string Live = "live";

    /// <summary>
    /// Whether the book kept in <paramref name="file"/> is the demonstration's; decides by <paramref name="empty"/> where nothing has been
    /// decided. <paramref name="differs"/> tells that the decision is another than what is asked for now.
    /// </summary>
    public static bool IsDemonstration(string file, bool empty, out bool differs)
    {
        if (!File.Exists(file))
        {
            DataFolder.WriteWhole(file, empty ? Live : Demonstration);
        }

        var demonstration = File.ReadAllText(file).Trim() == Demonstration;
        differs = demonstration == empty;
        return demonstration;
    }
}
