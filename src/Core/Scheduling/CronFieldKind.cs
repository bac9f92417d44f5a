namespace Eventide;

/// <summary>The fields of a cron expression, in their order.</summary>
internal enum CronFieldKind
{
    Second,
    Minute,
    Hour,
    DayOfMonth,
    Month,
    DayOfWeek,
}
