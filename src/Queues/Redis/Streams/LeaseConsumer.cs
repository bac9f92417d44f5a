namespace Eventide.Queues.Redis;

/// <summary>A consumer of the group and the lease that it stands for. Redis knows only how long an entry has been idle, not for how long
/// it may be; the lease of an entry is that of its consumer, and a receiver that is asked for several leases has a consumer for each.</summary>
/// <param name="Name">The consumer's name.</param>
/// <param name="Lease">The lease.</param>
internal sealed record LeaseConsumer(string Name, TimeSpan Lease)
{
    /// <summary>The lease in whole milliseconds, 1 at least.</summary>
    public long Milliseconds { get; } = Math.Max(1, (long)Lease.TotalMilliseconds);
}
