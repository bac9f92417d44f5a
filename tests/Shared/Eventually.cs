using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Eventide.Tests;

/// <summary>Waits for what happens on other threads, in other processes or on servers: as short as possible, never for ever.</summary>
internal static class Eventually
{
    /// <summary>How long is waited at most unless said otherwise: far more than needed, since a busy machine is no error.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    /// <summary>Waits until a condition holds.</summary>
    /// <exception cref="TimeoutException">It did not hold within the bound; the message names the condition.</exception>
    public static Task IsTrue(Func<bool> condition, TimeSpan? bound = null, [CallerArgumentExpression(nameof(condition))] string? what = null) =>
        IsTrue(() => Task.FromResult(condition()), bound, what);

    /// <summary>Waits until a condition holds.</summary>
    /// <exception cref="TimeoutException">It did not hold within the bound; the message names the condition.</exception>
    public static async Task IsTrue(Func<Task<bool>> condition, TimeSpan? bound = null, [CallerArgumentExpression(nameof(condition))] string? what = null)
    {
        var watch = Stopwatch.StartNew();
        var pause = TimeSpan.FromMilliseconds(1);
        while (!await condition())
        {
            if (watch.Elapsed > (bound ?? Bound))
            {
                throw new TimeoutException($"Not within {bound ?? Bound}: {what}");
            }

            await Task.Delay(pause);
            pause = pause < TimeSpan.FromMilliseconds(50) ? pause * 2 : pause;
        }
    }

    /// <summary>Waits for a task.</summary>
    /// <exception cref="TimeoutException">It did not end within the bound.</exception>
    public static Task<T> Ends<T>(Task<T> task, TimeSpan? bound = null) => task.WaitAsync(bound ?? Bound);

    /// <summary>Waits for a task.</summary>
    /// <exception cref="TimeoutException">It did not end within the bound.</exception>
    public static Task Ends(Task task, TimeSpan? bound = null) => task.WaitAsync(bound ?? Bound);
}
