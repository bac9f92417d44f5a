namespace Eventide;

/// <summary>One queue of a worker. What is left out is taken from <see cref="EventideOptions"/>.</summary>
public sealed class QueueOptions
{
    /// <summary>The queue: a URI.</summary>
    public string? Uri { get; set; }

    /// <summary>Where messages go that are given up: a URI. Default: as the worker's options say, else the dead-letter queue that the queue itself names.</summary>
    public string? DeadLetter { get; set; }

    /// <summary>How many handlers of this queue run at once; from 1 to 10,000.</summary>
    public int? Concurrency { get; set; }

    /// <summary>How many messages may wait in memory for a free handler; from 0 to 1,000,000.</summary>
    public int? BufferSize { get; set; }

    /// <summary>For how long a received message is ours; from 1 s to 12 h.</summary>
    public TimeSpan? Lease { get; set; }

    /// <summary>Which matching handlers get a message.</summary>
    public DispatchMode? Dispatch { get; set; }

    /// <summary>What becomes of a message that no handler takes.</summary>
    public UnmatchedPolicy? Unmatched { get; set; }

    /// <summary>A JMESPath expression; messages for which it gives the same value are handled one at a time and in order.</summary>
    public string? OrderBy { get; set; }
}
