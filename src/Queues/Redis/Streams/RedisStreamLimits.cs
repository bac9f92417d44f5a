namespace Eventide.Queues.Redis;

/// <summary>What a Redis stream can do.</summary>
internal static class RedisStreamLimits
{
    /// <summary>The limits of a stream.</summary>
    public static QueueLimits For(RedisStreamOptions options) => new()
    {
        MaxReceiveBatch = options.MaxBatch,
        MaxSettleBatch = options.MaxBatch,
        MaxSendBatch = options.MaxBatch,
        MaxWait = TimeSpan.FromMinutes(5),
        MaxSendDelay = TimeSpan.FromDays(365),
        MaxReleaseDelay = TimeSpan.FromDays(365),
        MinLease = TimeSpan.FromMilliseconds(10),
        MaxLease = TimeSpan.FromDays(365),
        CanExtend = true,
        CanReleaseUncounted = true,
        Ordering = QueueOrdering.Total,
        Deduplicates = false,
        MaxMessageBytes = options.MaxMessageBytes,
        MaxBatchBytes = Math.Max(options.MaxMessageBytes, 64L * 1024 * 1024),
        MaxAttributes = null,
    };
}
