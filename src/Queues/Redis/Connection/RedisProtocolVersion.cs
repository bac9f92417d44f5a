namespace Eventide.Queues.Redis;

/// <summary>Which version of the Redis serialization protocol to speak.</summary>
public enum RedisProtocolVersion
{
    /// <summary>RESP3 where the server offers it, else RESP2.</summary>
    Auto = 0,

    /// <summary>RESP2, for proxies that know no other.</summary>
    Resp2 = 2,

    /// <summary>RESP3 or nothing.</summary>
    Resp3 = 3,
}
