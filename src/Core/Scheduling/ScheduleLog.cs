using Microsoft.Extensions.Logging;

namespace Eventide;

/// <summary>What recurring schedules log; event ids 6xx.</summary>
internal static partial class ScheduleLog
{
    [LoggerMessage(600, LogLevel.Information, "Schedule {Schedule} ({Cron}) sends to {Queue}, next at {Next:u}")]
    public static partial void ScheduleStarted(this ILogger logger, string schedule, CronSchedule cron, string queue, DateTimeOffset? next);

    [LoggerMessage(601, LogLevel.Debug, "Schedule {Schedule}: the tick of {Tick:u} is sent; next at {Next:u}")]
    public static partial void TickSent(this ILogger logger, string schedule, DateTimeOffset tick, DateTimeOffset? next);

    [LoggerMessage(602, LogLevel.Warning, "Schedule {Schedule}: the ticks since {First:u} were missed; one message stands for all, that of {Tick:u}")]
    public static partial void TicksMerged(this ILogger logger, string schedule, DateTimeOffset first, DateTimeOffset tick);

    [LoggerMessage(603, LogLevel.Warning, "Schedule {Schedule}: the ticks from {First:u} to {Last:u} were missed and are left out")]
    public static partial void TicksSkipped(this ILogger logger, string schedule, DateTimeOffset first, DateTimeOffset last);

    [LoggerMessage(604, LogLevel.Error, "Schedule {Schedule}: the tick of {Tick:u} could not be sent, tried again in {Delay}: {Reason}")]
    public static partial void TickFailed(this ILogger logger, string schedule, DateTimeOffset tick, TimeSpan delay, string reason);
}
