namespace Eventide;

/// <summary>What a queue can do. The engine adapts to it; a provider never decides by itself.</summary>
public sealed record QueueLimits
{
    /// <summary>The most messages one receive brings; at least 1. Default 10.</summary>
    public int MaxReceiveBatch { get; init; } = 10;

    /// <summary>The most messages one acknowledge, release or extend takes; at least 1. Default 10.</summary>
    public int MaxSettleBatch { get; init; } = 10;

    /// <summary>The most messages one send takes; at least 1. Default 10.</summary>
    public int MaxSendBatch { get; init; } = 10;

    /// <summary>The longest wait of one receive; zero where the queue only answers at once (then the engine paces itself).
    /// Default 20 s.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The longest delay of a message sent; zero where the queue has none. Default zero.</summary>
    public TimeSpan MaxSendDelay { get; init; }

    /// <summary>The longest delay of a message released; zero where it comes back at once. Default 12 h.</summary>
    public TimeSpan MaxReleaseDelay { get; init; } = TimeSpan.FromHours(12);

    /// <summary>The shortest lease that can be asked for. Default zero.</summary>
    public TimeSpan MinLease { get; init; }

    /// <summary>The longest time a message can be kept from its delivery on, renewals included; <see langword="null"/> where
    /// messages are not leased but stay ours until settled. Default 12 h.</summary>
    public TimeSpan? MaxLease { get; init; } = TimeSpan.FromHours(12);

    /// <summary>Whether a lease can be renewed. Default true.</summary>
    public bool CanExtend { get; init; } = true;

    /// <summary>Whether a message can be released without its delivery counting as an attempt. Default false.</summary>
    public bool CanReleaseUncounted { get; init; }

    /// <summary>Whether a message released is still there when the receiver is gone. Default true; false for what is read only
    /// once, such as standard input: there the engine moves what it has not handled to the dead-letter queue before it stops.</summary>
    public bool KeepsReleased { get; init; } = true;

    /// <summary>What order the queue promises. Default none.</summary>
    public QueueOrdering Ordering { get; init; }

    /// <summary>Whether the queue drops a second message with the same deduplication id. Default false.</summary>
    public bool Deduplicates { get; init; }

    /// <summary>The most bytes of one message, body and attributes together; <see langword="null"/> for no limit.</summary>
    public long? MaxMessageBytes { get; init; }

    /// <summary>The most bytes of one batch sent; <see langword="null"/> for no limit.</summary>
    public long? MaxBatchBytes { get; init; }

    /// <summary>The most attributes of one message; <see langword="null"/> for no limit.</summary>
    public int? MaxAttributes { get; init; }
}
