namespace Sure.Bench;

/// <summary>The key that a gateway makes for development.</summary>
internal static class DevelopmentKey
{
    /// <summary>Reads it from where the gateway writes it, once its schema is there.</summary>
    public static async Task<string> ReadAsync(string file)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (!File.Exists(file) || new FileInfo(file).Length == 0)
        {
            await timer.WaitForNextTickAsync(limit.Token);
        }

        return (await File.ReadAllTextAsync(file, limit.Token)).Trim();
    }
}
