namespace Eventide.Orleans.Tests;

internal static class Wait
{
    /// <summary>Waits on a condition, with a bound.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what, int seconds = 60, Func<Task<string>>? state = null)
    {
        var until = Environment.TickCount64 + (seconds * 1000L);
        while (!await condition())
        {
            if (Environment.TickCount64 > until)
            {
                Assert.Fail($"Waited {seconds} s in vain until {what}. {(state is null ? "" : await state())}");
            }

            await Task.Delay(10);
        }
    }

    public static Task UntilAsync(Func<bool> condition, string what, int seconds = 60, Func<string>? state = null) =>
        UntilAsync(() => Task.FromResult(condition()), what, seconds, state is null ? null : () => Task.FromResult(state()));
}
