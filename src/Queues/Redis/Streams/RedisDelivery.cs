namespace Eventide.Queues.Redis;

/// <summary>What a receiver knows of one delivery: the receipt of its messages.</summary>
internal sealed class RedisDelivery(string id, long count, LeaseConsumer consumer, long leasedAt)
{
    private int _settled;

    /// <summary>The entry's id.</summary>
    public string Id { get; } = id;

    /// <summary>The delivery count that the server holds for it. With the consumer it tells this delivery from all others.</summary>
    public long Count { get; } = count;

    /// <summary>The consumer that owns it.</summary>
    public LeaseConsumer Consumer { get; private set; } = consumer;

    /// <summary>When the lease began at the latest, as a timestamp.</summary>
    public long LeasedAt { get; private set; } = leasedAt;

    /// <summary>Whether it has been acknowledged or released.</summary>
    public bool IsSettled
    {
        get => Volatile.Read(ref _settled) != 0;
        set => Volatile.Write(ref _settled, value ? 1 : 0);
    }

    /// <summary>Takes note of a renewed lease.</summary>
    public void Renew(LeaseConsumer consumer, long leasedAt)
    {
        Consumer = consumer;
        LeasedAt = leasedAt;
    }
}
