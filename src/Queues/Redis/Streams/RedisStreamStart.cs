namespace Eventide.Queues.Redis;

/// <summary>Where a consumer group that is created begins to read.</summary>
public enum RedisStreamStart
{
    /// <summary>With the oldest entry that the stream holds (id <c>0</c>).</summary>
    Start = 0,

    /// <summary>With the first entry added after the group's creation (id <c>$</c>).</summary>
    End = 1,
}
