namespace Eventide.Queues.Redis;

/// <summary>A consumer of a group, as <c>XINFO CONSUMERS</c> tells.</summary>
/// <param name="Name">Its name. <c>eventide:parked</c> holds released entries until they are due.</param>
/// <param name="Pending">How many entries it has been given and has not acknowledged.</param>
/// <param name="Idle">For how long it has not asked for entries.</param>
public sealed record RedisConsumerInfo(string Name, long Pending, TimeSpan Idle);
