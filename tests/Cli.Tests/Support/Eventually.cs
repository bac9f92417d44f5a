namespace Eventide.Cli.Tests.Support;

internal static class Eventually
{
    /// <summary>Far longer than anything takes on an idle machine.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    /// <summary>Waits until a condition holds.</summary>
    public static async Task HoldsAsync(Func<bool> condition, string what, Func<string>? state = null)
    {
        using var late = new CancellationTokenSource(Bound);
        while (!condition())
        {
            Assert.False(late.IsCancellationRequested, $"Waited {Bound} in vain for: {what}. {state?.Invoke()}");
            await Task.Delay(10);
        }
    }
}
