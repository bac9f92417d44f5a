namespace Eventide;

/// <summary>How long to wait after failures in a row: doubled with each, up to a bound, half of it by chance, so that many who fail
/// together do not come again together. Retries of handlers have their own, <see cref="RetryPolicy"/>.</summary>
/// <param name="First">The bound of the first pause, which is at least half of it.</param>
/// <param name="Longest">The bound of any pause.</param>
internal sealed record Backoff(TimeSpan First, TimeSpan Longest)
{
    /// <summary>Of receives that fail: from 250 ms to 30 s.</summary>
    public static Backoff OfReceives { get; } = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(30));

    /// <summary>Of settlements that fail: from 100 ms to 5 s, as leases run meanwhile.</summary>
    public static Backoff OfSettlements { get; } = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));

    /// <summary>Of scheduled messages that cannot be sent: from 1 s to 5 min.</summary>
    public static Backoff OfSends { get; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));

    /// <summary>Of calls that do not reach another silo: from 250 ms to 2 s, as one that is dead is known to be before long.</summary>
    public static Backoff OfCalls { get; } = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(2));

    /// <summary>The next pause.</summary>
    /// <param name="failures">How many failed in a row, from 1.</param>
    public TimeSpan After(int failures) => After(failures, Random.Shared.NextDouble());

    /// <summary>The next pause.</summary>
    /// <param name="failures">How many failed in a row, from 1.</param>
    /// <param name="random">Drawn evenly from 0 to 1.</param>
    public TimeSpan After(int failures, double random)
    {
        var bound = Math.Min(Longest.TotalMilliseconds, First.TotalMilliseconds * Math.Pow(2, Math.Min(failures - 1, 30)));
        return TimeSpan.FromMilliseconds(bound * (0.5 + (random / 2)));
    }
}
