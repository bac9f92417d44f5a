namespace Eventide;

/// <summary>One delivery of a message while this process has it. Engines add what they need to know of it by deriving.</summary>
internal class Delivery(LeasedMessage leased)
{
    private int _state;

    /// <summary>Where a delivery is in its life. Each step is taken by exactly one party: the slot, the lease keeper or the shutdown.</summary>
    public enum Stage
    {
        Buffered = 0,
        Running = 1,
        Ended = 2,
    }

    public LeasedMessage Leased { get; } = leased;

    public Message Message => Leased.Message;

    /// <summary>The value by which its order is kept, or null.</summary>
    public string? Lane { get; set; }

    /// <summary>Another delivery of the same message that came while this one was here; it shares this one's fate.</summary>
    public Delivery? Twin { get; set; }

    /// <summary>The slot that runs it, while it runs.</summary>
    public HandlerSlot? Slot { get; set; }

    /// <summary>The handler that it is or was at last.</summary>
    public HandlerRuntime? Handler { get; set; }

    /// <summary>When it was received (the time provider's timestamp).</summary>
    public long ReceivedAt { get; set; }

    /// <summary>When the lease ends (the time provider's timestamp); guarded by the lease keeper.</summary>
    public long LeaseUntil { get; set; }

    /// <summary>Its place in the lease keeper's list, or -1; guarded by the lease keeper.</summary>
    public int KeeperIndex { get; set; } = -1;

    /// <summary>Whether the queue is known to have taken it away from us.</summary>
    public volatile bool LeaseLost;

    /// <summary>Whether a later delivery of the same message has come, so that the queue no longer takes this one's word.</summary>
    public volatile bool IsSuperseded;

    /// <summary>Whether its work is done, though the queue may not know yet.</summary>
    public volatile bool IsDone;

    public Stage State => (Stage)Volatile.Read(ref _state);

    public bool TryStart() => Interlocked.CompareExchange(ref _state, (int)Stage.Running, (int)Stage.Buffered) == (int)Stage.Buffered;

    /// <summary>Takes a delivery that no handler has seen out of the buffer.</summary>
    public bool TryWithdraw() => Interlocked.CompareExchange(ref _state, (int)Stage.Ended, (int)Stage.Buffered) == (int)Stage.Buffered;

    /// <summary>Takes the right to settle a running delivery: its slot when the handler has returned, or whoever gave the handler up before.</summary>
    public bool TryEnd() => Interlocked.CompareExchange(ref _state, (int)Stage.Ended, (int)Stage.Running) == (int)Stage.Running;
}
