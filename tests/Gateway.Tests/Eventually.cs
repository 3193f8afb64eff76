namespace Sure.Gateway.Tests;

/// <summary>Waits for what happens in the background.</summary>
internal static class Eventually
{
    public static Task HoldsAsync(Func<Task<bool>> condition, string what) =>
        TestServers.Eventually.HoldsAsync(condition, what, TestContext.Current.CancellationToken);
}
