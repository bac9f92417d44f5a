using Eventide.Queues.Redis.Connection;

namespace Eventide.Queues.Redis;

/// <summary>What has to happen in one step on the server; see the scripts themselves.</summary>
internal static class StreamScripts
{
    public static RedisScript Sweep { get; } = RedisScript.Load("sweep");

    public static RedisScript Acknowledge { get; } = RedisScript.Load("acknowledge");

    public static RedisScript Release { get; } = RedisScript.Load("release");

    public static RedisScript Extend { get; } = RedisScript.Load("extend");

    public static RedisScript Recover { get; } = RedisScript.Load("recover");

    public static RedisScript Delay { get; } = RedisScript.Load("delay");

    public static RedisScript Close { get; } = RedisScript.Load("close");

    public static RedisScript Trim { get; } = RedisScript.Load("trim");

    public static RedisScript Stats { get; } = RedisScript.Load("stats");

    public static RedisScript Released { get; } = RedisScript.Load("released");

    public static RedisScript Forget { get; } = RedisScript.Load("forget");

    public static RedisScript Purge { get; } = RedisScript.Load("purge");
}
