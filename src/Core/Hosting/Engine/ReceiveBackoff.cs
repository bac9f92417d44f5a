namespace Eventide;

/// <summary>How long to wait after receives that failed in a row: doubling from 250 ms to 30 s, half of it by chance.</summary>
internal static class ReceiveBackoff
{
    /// <summary>The pause.</summary>
    /// <param name="failures">How many failed in a row, from 1.</param>
    /// <param name="random">Drawn evenly from 0 to 1.</param>
    public static TimeSpan After(int failures, double random) =>
        TimeSpan.FromMilliseconds(Math.Min(30_000, 250 * Math.Pow(2, Math.Min(failures - 1, 10))) * (0.5 + (random / 2)));
}
