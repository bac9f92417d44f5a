namespace Eventide.Queues.Redis;

/// <summary>When a receiver looks for what has become due.</summary>
/// <remarks>Deciding only; kept apart so that it can be tested without a server. Times are timestamps of the given clock.</remarks>
internal sealed class SweepSchedule(RedisStreamOptions options, TimeProvider time, Random random)
{
    private readonly Lock _gate = new();
    private long _nextSweep;
    private long _nextClaim;
    private bool _hasClaimed;
    private bool _skipOne;

    /// <summary>Whether to sweep before the next read, and whether to look for lost leases with it.</summary>
    public (bool Sweep, bool Claim) Due()
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (_skipOne)
            {
                // There is more to take over than fits one receive: new entries have their turn in between.
                _skipOne = false;
                return (false, false);
            }

            var claim = !_hasClaimed || now >= _nextClaim;
            return (claim || now >= _nextSweep, claim);
        }
    }

    /// <summary>How long until the next sweep.</summary>
    public TimeSpan Left()
    {
        lock (_gate)
        {
            var next = Math.Min(_nextSweep, _hasClaimed ? _nextClaim : 0);
            var left = time.GetElapsedTime(time.GetTimestamp(), next);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Takes note of a sweep.</summary>
    /// <param name="claimed">Whether it looked for lost leases.</param>
    /// <param name="lease">The lease that was asked for.</param>
    /// <param name="dueIn">In how many milliseconds something else becomes due; negative where nothing is known to.</param>
    /// <param name="isFull">Whether there was no room for all.</param>
    public void Swept(bool claimed, TimeSpan lease, long dueIn, bool isFull)
    {
        lock (_gate)
        {
            var interval = options.SweepInterval;
            if (dueIn >= 0 && dueIn < interval.TotalMilliseconds)
            {
                interval = TimeSpan.FromMilliseconds(dueIn);
            }

            _nextSweep = After(interval);
            if (claimed)
            {
                _hasClaimed = true;
                _nextClaim = isFull ? After(TimeSpan.Zero) : After(ClaimInterval(lease) * (0.5 + random.NextDouble()));
            }

            _skipOne = isFull;
        }
    }

    /// <summary>Takes note of something that becomes due.</summary>
    /// <param name="delay">In how long.</param>
    /// <returns>When, as a timestamp.</returns>
    public long DueIn(TimeSpan delay)
    {
        lock (_gate)
        {
            var due = After(delay);
            _nextSweep = Math.Min(_nextSweep, due);
            return due;
        }
    }

    private TimeSpan ClaimInterval(TimeSpan lease) =>
        options.ClaimInterval ?? TimeSpan.FromMilliseconds(Math.Clamp(lease.TotalMilliseconds / 4, 250, 15_000));

    private long After(TimeSpan delay) => time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency);
}
