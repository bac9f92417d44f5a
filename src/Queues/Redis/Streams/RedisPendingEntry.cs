namespace Eventide.Queues.Redis;

/// <summary>An entry that a group has been given and has not acknowledged, as <c>XPENDING</c> tells.</summary>
/// <param name="Id">The entry's id.</param>
/// <param name="Consumer">Who has it. <c>eventide:parked</c> holds released entries until they are due.</param>
/// <param name="Idle">For how long it has not been delivered or renewed.</param>
/// <param name="DeliveryCount">How often it has been delivered.</param>
public sealed record RedisPendingEntry(string Id, string Consumer, TimeSpan Idle, long DeliveryCount);
