namespace Eventide;

/// <summary>What a queue's worker has done since its start, and what it is doing now.</summary>
public sealed record WorkerStats
{
    /// <summary>The queue's name.</summary>
    public required string Queue { get; init; }

    /// <summary>Messages received, redeliveries included.</summary>
    public long Received { get; init; }

    /// <summary>Attempts in which a handler succeeded.</summary>
    public long Succeeded { get; init; }

    /// <summary>Attempts in which a handler failed.</summary>
    public long Failed { get; init; }

    /// <summary>Messages to be run again after a failure.</summary>
    public long Retried { get; init; }

    /// <summary>Messages given up and moved to a dead-letter queue, unmatched ones included.</summary>
    public long DeadLettered { get; init; }

    /// <summary>Messages that no handler took.</summary>
    public long Unmatched { get; init; }

    /// <summary>Messages given back to their queue other than for a retry.</summary>
    public long Released { get; init; }

    /// <summary>Messages whose lease was lost before they were settled.</summary>
    public long LeaseLost { get; init; }

    /// <summary>Messages that were done and could not be acknowledged.</summary>
    public long AcknowledgeFailed { get; init; }

    /// <summary>Messages that should have been dead-lettered and could not be: they are still in their queue.</summary>
    public long DeadLetterFailed { get; init; }

    /// <summary>Rules that failed on a message.</summary>
    public long RuleErrors { get; init; }

    /// <summary>Handlers that went on after their token was cancelled.</summary>
    public long Stuck { get; init; }

    /// <summary>Handlers running now.</summary>
    public long InFlight { get; init; }

    /// <summary>Messages waiting in memory for a free handler now.</summary>
    public long Buffered { get; init; }

    /// <summary>The messages still in the queue, as it said when asked last; <see langword="null"/> where it does not tell.</summary>
    public QueueStats? Backlog { get; init; }
}
