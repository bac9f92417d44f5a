namespace Eventide.Queues.Cloudflare;

/// <summary>What the service documents as its limits (Queues: Platform, Limits).</summary>
internal static class CloudflareLimits
{
    public const int BatchMessages = 100;

    /// <summary>1 KB is 1,000 bytes there, and about 100 bytes of metadata count towards each message.</summary>
    public const int MessageMetadataBytes = 100;

    public const int MessageBytes = 128_000 - MessageMetadataBytes;
    public const int BatchBytes = 256_000;

    public static readonly TimeSpan Delay = TimeSpan.FromHours(24);
    public static readonly TimeSpan Lease = TimeSpan.FromHours(12);

    public static QueueLimits For(CloudflareQueueOptions options) => new()
    {
        MaxReceiveBatch = BatchMessages,
        MaxSettleBatch = BatchMessages,
        MaxSendBatch = BatchMessages,
        MaxWait = options.MaxWait,
        MaxSendDelay = Delay,
        MaxReleaseDelay = Delay,
        MinLease = TimeSpan.FromSeconds(1),
        MaxLease = Lease,
        CanExtend = false,
        CanReleaseUncounted = false,
        Ordering = QueueOrdering.None,
        Deduplicates = false,
        MaxMessageBytes = MessageBytes,
        MaxBatchBytes = BatchBytes,
    };

    /// <summary>Delays are whole seconds there; a message never comes early.</summary>
    public static long Seconds(TimeSpan delay) => (long)Math.Ceiling(Math.Clamp(delay.TotalSeconds, 0, Delay.TotalSeconds));
}
