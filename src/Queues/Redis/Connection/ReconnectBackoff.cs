namespace Eventide.Queues.Redis.Connection;

/// <summary>How long to wait before connecting again: doubled with each failure, up to a bound, and jittered by half, so that
/// the clients of a server that comes back do not all come at once.</summary>
internal sealed class ReconnectBackoff(TimeSpan min, TimeSpan max, Random random)
{
    private int _failures;

    /// <summary>Takes note of a failure.</summary>
    /// <returns>The pause before the next attempt.</returns>
    public TimeSpan Next()
    {
        var full = Math.Min(max.TotalMilliseconds, min.TotalMilliseconds * Math.Pow(2, Math.Min(_failures++, 30)));
        return TimeSpan.FromMilliseconds(full * (0.5 + (random.NextDouble() / 2)));
    }

    /// <summary>Takes note of a success.</summary>
    public void Reset() => _failures = 0;
}
