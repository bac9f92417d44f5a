using Microsoft.Extensions.Logging;

namespace Eventide.Orleans;

/// <summary>What the cluster's schedules log; event ids 52x.</summary>
internal static partial class SchedulingLog
{
    [LoggerMessage(520, LogLevel.Error, "The grain of {Key}, which is scheduled, failed; its reminder will try again")]
    public static partial void ScheduledGrainFailed(this ILogger logger, string key, Exception exception);
}
