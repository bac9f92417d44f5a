using Microsoft.Extensions.Logging;

namespace Eventide.Queues.Redis;

/// <summary>What the Redis provider logs. Event ids 6300 to 6399.</summary>
internal static partial class RedisLog
{
    [LoggerMessage(6300, LogLevel.Warning, "Connecting to {Server} failed; next attempt in {Pause:0} ms: {Reason}")]
    public static partial void ConnectFailed(ILogger logger, RedisServerOptions server, double pause, string reason);

    [LoggerMessage(6301, LogLevel.Information, "Connected to {Server} again")]
    public static partial void Reconnected(ILogger logger, RedisServerOptions server);

    [LoggerMessage(6302, LogLevel.Warning, "{Queue}: the consumer group was gone and has been created again, reading after {Start}. "
        + "Was the server's data lost, or the group removed?")]
    public static partial void GroupRecreated(ILogger logger, string queue, string start);

    [LoggerMessage(6303, LogLevel.Information, "{Queue}: took back {Count} entries that a lost connection had been bringing")]
    public static partial void Recovered(ILogger logger, string queue, int count);

    [LoggerMessage(6304, LogLevel.Warning, "{Queue}: {Count} entries were deleted from the stream while they waited to be delivered again")]
    public static partial void EntriesGone(ILogger logger, string queue, long count);

    [LoggerMessage(6305, LogLevel.Debug, "{Queue}: took over {Count} entries whose lease or delay had ended, moved {Moved} delayed ones into the stream")]
    public static partial void Swept(ILogger logger, string queue, int count, long moved);

    [LoggerMessage(6306, LogLevel.Warning, "{Queue}: {What} failed and will be tried again: {Reason}")]
    public static partial void Deferred(ILogger logger, string queue, string what, string reason);
}
