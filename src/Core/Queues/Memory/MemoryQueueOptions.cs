namespace Eventide.Queues;

/// <summary>How a memory queue behaves.</summary>
public sealed record MemoryQueueOptions
{
    /// <summary>The most messages the queue holds, those in flight and delayed included; from 1, or <see langword="null"/> for no
    /// bound. A send beyond it fails as transient. Default <see langword="null"/>.</summary>
    public int? MaxMessages { get; init; }

    /// <summary>The longest time a message can be kept from its delivery on, renewals included; above zero, at most 365 days.
    /// Default 12 h.</summary>
    public TimeSpan MaxLease { get; init; } = TimeSpan.FromHours(12);

    /// <summary>For how long after a send another one with the same deduplication id is dropped; above zero, at most 1 day.
    /// Default 5 min, as SQS FIFO queues have it.</summary>
    public TimeSpan DeduplicationWindow { get; init; } = TimeSpan.FromMinutes(5);

    internal static void Validate(MemoryQueueOptions options)
    {
        if (options.MaxMessages is < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.MaxMessages, "A memory queue must hold at least 1 message; null means no bound.");
        }

        if (options.MaxLease <= TimeSpan.Zero || options.MaxLease > TimeSpan.FromDays(365))
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.MaxLease, "The longest lease must be above zero and at most 365 days.");
        }

        if (options.DeduplicationWindow <= TimeSpan.Zero || options.DeduplicationWindow > TimeSpan.FromDays(1))
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.DeduplicationWindow, "The deduplication window must be above zero and at most 1 day.");
        }
    }
}
