namespace Eventide.Queues.Cloudflare.Http;

/// <summary>Holds requests back for as long as the server asked (Retry-After).</summary>
internal sealed class RateGate(TimeProvider time)
{
    /// <summary>No answer can silence a worker for longer than this; the API's own window is 5 min.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private long _opensAt;

    public TimeSpan Remaining
    {
        get
        {
            var left = Volatile.Read(ref _opensAt) - time.GetUtcNow().UtcTicks;
            return left > 0 ? TimeSpan.FromTicks(left) : TimeSpan.Zero;
        }
    }

    public void CloseFor(TimeSpan period)
    {
        var until = time.GetUtcNow().UtcTicks + Math.Min(period.Ticks, Longest.Ticks);
        long seen;
        while ((seen = Volatile.Read(ref _opensAt)) < until)
        {
            if (Interlocked.CompareExchange(ref _opensAt, until, seen) == seen)
            {
                return;
            }
        }
    }
}
