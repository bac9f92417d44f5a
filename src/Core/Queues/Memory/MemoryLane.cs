namespace Eventide.Queues;

/// <summary>The messages of one group: one of them at most is ready, in flight or held back, the others wait behind it.</summary>
internal sealed class MemoryLane(string group)
{
    public string Group { get; } = group;

    /// <summary>The message whose turn it is.</summary>
    public MemoryEntry? Holder { get; set; }

    public MemoryEntryList Waiting { get; } = new();
}
