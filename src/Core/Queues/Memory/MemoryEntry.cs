namespace Eventide.Queues;

/// <summary>One stay of a message in a memory queue. It is also the receipt of its delivery: a message that comes back gets a
/// new entry, so that a receipt of an earlier delivery can never settle a later one.</summary>
internal sealed class MemoryEntry
{
    private MemoryEntry(MemoryQueue owner, long sequence, ReadOnlyMemory<byte> body, IReadOnlyDictionary<string, string> attributes, DateTimeOffset enqueuedAt, string? group)
    {
        Owner = owner;
        Sequence = sequence;
        Body = body;
        Attributes = attributes;
        EnqueuedAt = enqueuedAt;
        Group = group;
    }

    public MemoryQueue Owner { get; }

    public long Sequence { get; }

    public ReadOnlyMemory<byte> Body { get; }

    public IReadOnlyDictionary<string, string> Attributes { get; }

    public DateTimeOffset EnqueuedAt { get; }

    public string? Group { get; }

    /// <summary>The lane of the group, once the message has a place in it.</summary>
    public MemoryLane? Lane { get; set; }

    /// <summary>How many deliveries counted so far.</summary>
    public int Attempt { get; set; }

    public MemoryEntryState State { get; set; }

    /// <summary>When a delay or a lease ends, in ticks of the queue's clock.</summary>
    public long Due { get; set; }

    /// <summary>The end of the longest lease that this delivery can have, in ticks of the queue's clock.</summary>
    public long LastDue { get; set; }

    // An entry is in one list at most: the ready ones, its lane's waiting ones, or those of a lease.
    public MemoryEntryList? List { get; set; }

    public MemoryEntry? Previous { get; set; }

    public MemoryEntry? Next { get; set; }

    public static MemoryEntry Create(MemoryQueue owner, long sequence, OutgoingMessage message, DateTimeOffset now)
    {
        // Copied: the caller may reuse its buffer, and a slice would keep a whole chunk of somebody's file alive.
        var attributes = message.Attributes.Count == 0
            ? Message.NoAttributes
            : new Dictionary<string, string>(message.Attributes, StringComparer.Ordinal);
        return new MemoryEntry(owner, sequence, message.Body.ToArray(), attributes, now, message.Group);
    }

    public MemoryEntry Again(bool uncounted) =>
        new(Owner, Sequence, Body, Attributes, EnqueuedAt, Group) { Lane = Lane, Attempt = uncounted ? Attempt - 1 : Attempt };

    public Message ToMessage(int attempt) => new(Sequence, Owner.Name, Body)
    {
        Attempt = attempt,
        EnqueuedAt = EnqueuedAt,
        Group = Group,
        Attributes = Attributes,
    };
}
