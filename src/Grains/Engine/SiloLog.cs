using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Eventide.Orleans;

/// <summary>What only the cluster's engine logs; event ids 5xx. All else is logged as in one process.</summary>
internal static partial class SiloLog
{
    [LoggerMessage(500, LogLevel.Information, "{Queue}: partition {Partition} is received by this silo")]
    public static partial void PartitionTaken(this ILogger logger, string queue, int partition);

    [LoggerMessage(501, LogLevel.Information, "{Queue}: partition {Partition} leaves this silo; {Released} messages given back, {Running} still to be settled here")]
    public static partial void PartitionLeft(this ILogger logger, string queue, int partition, int released, int running);

    [LoggerMessage(502, LogLevel.Warning, "Silo {Holder}, which held the leases of {Count} messages done here, is dead; the queue will deliver them again")]
    public static partial void HolderDead(this ILogger logger, SiloAddress holder, int count);

    [LoggerMessage(503, LogLevel.Error, "{Count} settlements could not be brought to silo {Holder}; the queue will deliver these messages again when their leases end")]
    public static partial void SettlementLost(this ILogger logger, SiloAddress holder, int count, Exception exception);

    [LoggerMessage(504, LogLevel.Warning, "Silo {Taker}, whose router had {Count} messages of {Queue}, is dead; they are given back")]
    public static partial void TakerDead(this ILogger logger, SiloAddress taker, int count, string queue);

    [LoggerMessage(505, LogLevel.Warning, "{Queue}: {Count} messages reached no router within {After} and are given back")]
    public static partial void Stranded(this ILogger logger, string queue, int count, TimeSpan after);

    [LoggerMessage(506, LogLevel.Error, "The router of stream {Stream} failed; the messages it had are given back")]
    public static partial void RouterFailed(this ILogger logger, string stream, Exception exception);

    [LoggerMessage(507, LogLevel.Error, "A retry of {Message} could not be stored by the cluster; the queue keeps it instead")]
    public static partial void HoldFailed(this ILogger logger, Message message, Exception exception);

    [LoggerMessage(508, LogLevel.Error, "The delivery of {Message} to {Handler} waits: this silo has no such {What}; tried again in {Delay}")]
    public static partial void HandlerMissing(this ILogger logger, Message message, string handler, string what, TimeSpan delay);

    [LoggerMessage(509, LogLevel.Error, "The delivery grain {Key} failed; its reminder will try again")]
    public static partial void DeliveryFailed(this ILogger logger, string key, Exception exception);

    [LoggerMessage(510, LogLevel.Information, "Eventide leaves its queues: {Queues} queues")]
    public static partial void Leaving(this ILogger logger, int queues);

    [LoggerMessage(511, LogLevel.Error, "The message scheduled as {Key} could not be sent to {Queue}, tried again in {Delay}: {Reason}")]
    public static partial void ScheduledSendFailed(this ILogger logger, string key, string queue, TimeSpan delay, string reason);

    [LoggerMessage(512, LogLevel.Warning, "{Message} is run although the cluster could not be asked whether it holds it already")]
    public static partial void HeldUnknown(this ILogger logger, Message message, Exception exception);

    [LoggerMessage(513, LogLevel.Warning, "{Queue}: {Count} messages could not be brought to lane {Lane}, {Failures} times in a row; tried again")]
    public static partial void LaneFailed(this ILogger logger, string queue, int lane, int count, int failures, Exception exception);

    [LoggerMessage(514, LogLevel.Information, "Lane {Lane} has nothing left here and goes to another silo")]
    public static partial void LaneMoves(this ILogger logger, string lane);

    [LoggerMessage(515, LogLevel.Warning, "The grain {Grain} for {Message} cannot be reached; called again until it can, within the handler's time: {Reason}")]
    public static partial void GrainUnreachable(this ILogger logger, Message message, GrainId grain, string reason);

    [LoggerMessage(516, LogLevel.Debug, "{Message} waits: the cluster could not be asked whether it holds it already ({Tries} tries): {Reason}")]
    public static partial void HeldNotKnownYet(this ILogger logger, Message message, int tries, string reason);

    [LoggerMessage(517, LogLevel.Information, "{Gone} of {Count} held retries and schedules that are soon due went on to other silos, as this one stops")]
    public static partial void HandedOver(this ILogger logger, int gone, int count);
}
