namespace Eventide;

/// <summary>How many messages a queue holds. Where the queue does not tell, <see langword="null"/>; where it estimates, an estimate.</summary>
public sealed record QueueStats
{
    /// <summary>Messages that can be received now.</summary>
    public long? Ready { get; init; }

    /// <summary>Messages delivered and not yet settled.</summary>
    public long? InFlight { get; init; }

    /// <summary>Messages that the queue holds back until later.</summary>
    public long? Delayed { get; init; }

    /// <summary>Messages not yet acknowledged: ready, in flight and delayed together, for queues that tell only the sum. <see langword="null"/>
    /// where it is the sum of the others.</summary>
    public long? Backlog { get; init; }

    /// <summary>How long the oldest message that can be received has waited.</summary>
    public TimeSpan? OldestAge { get; init; }

    /// <summary>More that this kind of queue tells, by name.</summary>
    public IReadOnlyDictionary<string, string> Details { get; init; } = Message.NoAttributes;
}
