using Orleans.Runtime;

namespace Eventide.Orleans;

/// <summary>A delivery whose lease this silo holds.</summary>
internal sealed class PartitionDelivery(LeasedMessage leased, Partition partition, long key) : RoutedDelivery(leased)
{
    private int _left;

    public Partition Partition { get; } = partition;

    /// <summary>Its number among all deliveries of this silo.</summary>
    public long Key { get; } = key;

    /// <summary>The stream it goes by; set on arrival.</summary>
    public string StreamKey { get; set; } = "";

    /// <summary>Whether the stream's agent has taken it to a router.</summary>
    public volatile bool HandedOut;

    /// <summary>Whether this silo's own engine has it, from the router on.</summary>
    public volatile bool Accepted;

    /// <summary>The silo whose router has taken it, where that is another.</summary>
    public SiloAddress? TakenBy { get; set; }

    public override void Acknowledge() => Partition.Acknowledge(this);

    public override void Release(TimeSpan delay, bool uncounted) => Partition.Release(this, delay, uncounted);

    public override void Forget() => Partition.Forget(this);

    public override void Keep() => Partition.Keep(this);

    /// <summary>Takes the right to strike it off the partition's books, once.</summary>
    public bool TryLeave() => Interlocked.Exchange(ref _left, 1) == 0;
}
