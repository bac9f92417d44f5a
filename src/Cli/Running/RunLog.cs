using Microsoft.Extensions.Logging;

namespace Eventide.Cli;

/// <summary>What the command itself logs: event ids 7xx.</summary>
internal static partial class RunLog
{
    [LoggerMessage(700, LogLevel.Critical, "An exception was thrown outside of any message, on a thread that a handler started or in an async void method; that thread has ended, the worker goes on and will exit with code 1. Await what handlers start")]
    public static partial void StrayFailure(this ILogger logger, Exception exception);

    [LoggerMessage(701, LogLevel.Warning, "Schedule {Schedule} does not run: it sends to {Target}, and --queue {Queue} takes the place of all configured queues. Run without --queue, or give the schedule no queue or a URI, to have it run")]
    public static partial void ScheduleLeftOut(this ILogger logger, string schedule, string target, QueueUri queue);
}
