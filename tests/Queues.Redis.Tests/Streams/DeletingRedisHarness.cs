namespace Eventide.Queues.Redis.Tests.Streams;

/// <summary>The same over RESP2, with bodies as flat fields and acknowledged entries deleted.</summary>
public sealed class DeletingRedisHarness : RedisHarness
{
    protected override string More => "&resp=2&format=fields&delete=true&values=typed";
}
