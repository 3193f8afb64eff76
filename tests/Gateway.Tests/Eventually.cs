using System.Diagnostics;

namespace Sure.Gateway.Tests;

/// <summary>Waits for what happens in the background.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static async Task HoldsAsync(Func<Task<bool>> condition, string what)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(watch.Elapsed < Patience, $"In vain waited until {what}.");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
