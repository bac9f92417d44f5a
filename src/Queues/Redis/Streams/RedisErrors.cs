using Eventide.Queues.Redis.Connection;
using Eventide.Queues.Redis.Protocol;

namespace Eventide.Queues.Redis;

/// <summary>Turns what goes wrong below into what the queue contract knows.</summary>
internal static class RedisErrors
{
    /// <summary>Whether an exception means that Redis could not be asked, or refused.</summary>
    public static bool IsRedis(Exception e) => e is RedisConnectionException or RedisServerException or RespProtocolException;

    /// <summary>Whether the server says that stream or group does not exist; UNBLOCKED ends a read whose stream is deleted while it waits.</summary>
    public static bool IsMissing(RedisServerException e) =>
        e.Code is "NOGROUP" or "UNBLOCKED" || e.Message.Contains("NOGROUP", StringComparison.Ordinal)
        || e.Message.Contains("no such key", StringComparison.OrdinalIgnoreCase)
        || e.Message.Contains("requires the key to exist", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether trying again can help.</summary>
    public static bool IsTransient(Exception e) => e switch
    {
        RedisConnectionException => true,
        RespProtocolException => true,
        RedisServerException s => s.Code is "LOADING" or "BUSY" or "CLUSTERDOWN" or "TRYAGAIN" or "MASTERDOWN" or "READONLY" or "OOM"
            or "MISCONF" or "NOREPLICAS" || IsMissing(s) || s.Message.Contains("max number of clients", StringComparison.Ordinal)
            || s.Message.Contains("OOM command not allowed", StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>The exception for the caller.</summary>
    /// <param name="queue">The queue's name.</param>
    /// <param name="what">What was being done: "receiving".</param>
    /// <param name="e">What went wrong.</param>
    public static QueueException Wrap(string queue, string what, Exception e) =>
        new(queue, Advice(e) is { } advice ? $"{what} failed: {e.Message.TrimEnd('.', ' ')}. {advice}" : $"{what} failed: {e.Message}", IsTransient(e), e);

    private static string? Advice(Exception e) => e is not RedisServerException { Code: var code } ? null : code switch
    {
        "NOAUTH" => "The server asks for a password: redis://user:password@host.",
        "WRONGPASS" => "Check user and password.",
        "NOPERM" => "Grant the ACL user what docs/queues/redis.md lists under Permissions.",
        "WRONGTYPE" => "The key holds something else than a stream; name another.",
        "MOVED" or "ASK" => "This is a Redis Cluster; name the node that holds the key.",
        "OOM" => "The server's memory is full: trim the stream (max-length), delete what is acknowledged (delete=true), or raise maxmemory.",
        "NOPROTO" => "The server does not speak RESP3; leave out resp=3.",
        _ => null,
    };
}
