using System.Text.Json;

namespace Sure.LocalHost.Demonstration;

/// <summary>How far the book has come, so that an interrupted start goes on where it was.</summary>
internal sealed class DemonstrationProgress
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Deposits and deployments that are done.</summary>
    public List<string> Moved { get; init; } = [];

    /// <summary>Quotes that were about to be bound; each may have been.</summary>
    public List<string> Pending { get; set; } = [];

    /// <summary>The first policy that has not been tried.</summary>
    public int Next { get; set; }

    /// <summary>Everything is done.</summary>
    public bool Complete { get; set; }

    /// <summary>What is kept in <paramref name="file"/>; null when the book was not begun.</summary>
    /// <exception cref="StartException">The file is damaged.</exception>
    public static DemonstrationProgress? Load(string file)
    {
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize<DemonstrationProgress>(File.ReadAllText(file), Json) : null;
        }
        catch (JsonException exception)
        {
            throw new StartException($"{file} is damaged; begin anew with --reset.", exception);
        }
    }

    /// <summary>Keeps it in <paramref name="file"/>.</summary>
    public void Save(string file) => DataFolder.WriteWhole(file, JsonSerializer.Serialize(this, Json));
}
