namespace Eventide;

/// <summary>The kinds of failure that a message can meet.</summary>
public enum HandlerFailureKind
{
    /// <summary>The handler threw.</summary>
    Exception = 0,

    /// <summary>The handler ran longer than its timeout.</summary>
    Timeout = 1,

    /// <summary>The handler asked for a retry.</summary>
    RetryRequested = 2,

    /// <summary>The handler asked for the dead-letter queue.</summary>
    DeadLetterRequested = 3,

    /// <summary>The body cannot be read as the type that the handler wants.</summary>
    UnreadableBody = 4,

    /// <summary>No handler's rules match.</summary>
    Unmatched = 5,

    /// <summary>The lease was lost while the handler ran; the queue may already have given the message to another.</summary>
    LeaseLost = 6,

    /// <summary>The worker stopped before the message was handled, and its queue cannot deliver it again.</summary>
    Stopped = 7,

    /// <summary>The place where the handler ran, another silo of the cluster, died while it ran; perhaps the message did that. Like the
    /// death of a process it is no failure of the handler's own: the message comes again whatever the retry limit, until
    /// its crash allowance is spent.</summary>
    Crashed = 8,
}
