using Microsoft.Extensions.Logging;

namespace Eventide.Orleans;

/// <summary>What the cluster's schedules log; event ids 52x.</summary>
internal static partial class SchedulingLog
{
    [LoggerMessage(520, LogLevel.Error, "The grain of {Key}, which is scheduled, failed; its reminder will try again")]
    public static partial void ScheduledGrainFailed(this ILogger logger, string key, Exception exception);

    [LoggerMessage(521, LogLevel.Information, "Schedule {Schedule} is configured on no silo any more and is forgotten")]
    public static partial void ScheduleForgotten(this ILogger logger, string schedule);

    [LoggerMessage(522, LogLevel.Warning, "Schedule {Schedule} of this silo could not be told to its grain, tried again in {Delay}")]
    public static partial void ScheduleNotTold(this ILogger logger, string schedule, TimeSpan delay, Exception exception);
}
