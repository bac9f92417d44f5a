using Orleans.Runtime;

namespace Eventide.Orleans;

/// <summary>A delivery whose lease this silo holds.</summary>
internal sealed class PartitionDelivery(LeasedMessage leased, Partition partition, long key) : RoutedDelivery(leased)
{
    private int _left;

    public Partition Partition { get; } = partition;

    /// <summary>Its number among all deliveries of this silo.</summary>
    public long Key { get; } = key;

    /// <summary>Whether it is on its way to a router or a lane, or has reached one.</summary>
    public volatile bool HandedOut;

    /// <summary>Whether it is routed and with this silo's own engine.</summary>
    public volatile bool Accepted;

    /// <summary>Whether no engine has it yet.</summary>
    public bool IsWaiting => State == Stage.Buffered && !Accepted;

    /// <summary>The silo whose router has taken it, where that is another.</summary>
    public SiloAddress? TakenBy { get; set; }

    public override void Acknowledge() => Partition.Acknowledge(this);

    public override void Release(TimeSpan delay, bool uncounted) => Partition.Release(this, delay, uncounted);

    public override void Forget() => Partition.Forget(this);

    public override void Keep() => Partition.Keep(this);

    /// <summary>Takes the right to strike it off the partition's books, once.</summary>
    public bool TryLeave() => Interlocked.Exchange(ref _left, 1) == 0;
}
