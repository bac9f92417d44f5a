using Microsoft.Extensions.Logging;

namespace Eventide;

/// <summary>What a schedule has to do now. Pure: of the last tick, the time and the schedule alone.</summary>
/// <param name="Fire">The tick to be sent now, or <see langword="null"/>.</param>
/// <param name="Missed">The first of the ticks that are left out, or <see langword="null"/>.</param>
/// <param name="Through">The last tick that is done with once <paramref name="Fire"/> is sent, or <see langword="null"/> where none is due.</param>
/// <param name="Next">The first tick that is still to come.</param>
internal readonly record struct ScheduleDecision(DateTimeOffset? Fire, DateTimeOffset? Missed, DateTimeOffset? Through, DateTimeOffset? Next)
{
    /// <summary>How late a tick may be and still not count as missed: longer than a cluster needs to notice that a silo is dead.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan[] LookBack = [TimeSpan.FromMinutes(1), TimeSpan.FromHours(1), TimeSpan.FromDays(1), TimeSpan.FromDays(32), TimeSpan.FromDays(366)];

    /// <summary>Decides.</summary>
    /// <param name="cron">The schedule.</param>
    /// <param name="last">The tick that was done with last, or when the schedule began.</param>
    /// <param name="now">The time.</param>
    /// <param name="catchUp">What becomes of ticks that were missed.</param>
    public static ScheduleDecision Of(CronSchedule cron, DateTimeOffset last, DateTimeOffset now, CatchUp catchUp)
    {
        if (cron.Next(last) is not { } first)
        {
            return default;
        }

        if (first > now)
        {
            return new ScheduleDecision(null, null, null, first);
        }

        var latest = Latest(cron, first, now);
        var fires = catchUp == CatchUp.Once || now - latest <= Tolerance;
        return new ScheduleDecision(fires ? latest : null, fires && latest == first ? null : first, latest, cron.Next(latest));
    }

    /// <summary>Logs what was done, after it was.</summary>
    public void Log(ILogger logger, string schedule)
    {
        if (Fire is not { } tick)
        {
            logger.TicksSkipped(schedule, Missed!.Value, Through!.Value);
            return;
        }

        if (Missed is { } first)
        {
            logger.TicksMerged(schedule, first, tick);
        }

        logger.TickSent(schedule, tick, Next);
    }

    // A schedule of every second that slept for years must not be gone through tick by tick.
    private static DateTimeOffset Latest(CronSchedule cron, DateTimeOffset first, DateTimeOffset now)
    {
        var latest = first;
        foreach (var span in LookBack)
        {
            if (now - span > first && cron.Next(now - span) is { } near && near <= now)
            {
                latest = near;
                break;
            }
        }

        while (cron.Next(latest) is { } next && next <= now)
        {
            latest = next;
        }

        return latest;
    }
}
