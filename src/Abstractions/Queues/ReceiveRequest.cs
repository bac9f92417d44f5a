namespace Eventide;

/// <summary>What is asked of one receive.</summary>
/// <param name="MaxMessages">How many messages at most, from 1 to <see cref="QueueLimits.MaxReceiveBatch"/>.</param>
/// <param name="Wait">How long to wait for the first, from zero to <see cref="QueueLimits.MaxWait"/>.</param>
/// <param name="Lease">For how long they are ours, from <see cref="QueueLimits.MinLease"/> to <see cref="QueueLimits.MaxLease"/>;
/// without meaning where the queue has no leases.</param>
public readonly record struct ReceiveRequest(int MaxMessages, TimeSpan Wait, TimeSpan Lease);
