namespace Eventide;

/// <summary>How long to wait after sends that failed in a row: doubling from 1 s to 5 min, half of it by chance.</summary>
internal static class SendBackoff
{
    /// <summary>The pause.</summary>
    /// <param name="failures">How many failed in a row, from 1.</param>
    /// <param name="random">Drawn evenly from 0 to 1.</param>
    public static TimeSpan After(int failures, double random) =>
        TimeSpan.FromSeconds(Math.Min(300, Math.Pow(2, Math.Min(failures - 1, 10))) * (0.5 + (random / 2)));
}
