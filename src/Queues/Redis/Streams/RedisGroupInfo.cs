namespace Eventide.Queues.Redis;

/// <summary>A consumer group of a stream, as <c>XINFO GROUPS</c> tells.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Consumers">How many consumers it has.</param>
/// <param name="Pending">How many entries it has been given and has not acknowledged, released ones included.</param>
/// <param name="LastDeliveredId">The id up to which it has read.</param>
/// <param name="Unread">How many entries it has still to read; <see langword="null"/> where the server does not know (before Redis 7, or
/// after deletions in the middle).</param>
public sealed record RedisGroupInfo(string Name, long Consumers, long Pending, string LastDeliveredId, long? Unread);
