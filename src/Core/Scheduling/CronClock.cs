using Quartz;

namespace Eventide;

/// <summary>When the fields of an expression match on a clock on the wall that knows no time zone. Quartz' <see cref="CronExpression"/>
/// finds the times; what crontab means by two day fields, and Quartz does not have, is made of it here.</summary>
internal sealed class CronClock
{
    private readonly CronExpression[] _expressions;
    private readonly CronField? _filter;

    /// <param name="fields">Second, minute, hour, day of the month, month, day of the week.</param>
    public CronClock(IReadOnlyList<CronField> fields)
    {
        var (days, weekdays) = (fields[3], fields[5]);
        if (!days.IsStar && !weekdays.IsStar)
        {
            // crontab(5): two day fields that both restrict are two ways to match.
            _expressions = [Quartz(days.ToQuartz(), "?"), Quartz("?", weekdays.ToQuartz())];
        }
        else if (weekdays.IsEvery)
        {
            _expressions = [Quartz(days.ToQuartz(), "?")];
        }
        else if (days.Special is null && weekdays.Special is not null)
        {
            (_expressions, _filter) = ([Quartz("?", weekdays.ToQuartz())], days);
        }
        else if (days.IsEvery)
        {
            _expressions = [Quartz("?", weekdays.ToQuartz())];
        }
        else
        {
            // A star with a step, as */2: both must match.
            (_expressions, _filter) = ([Quartz(days.ToQuartz(), "?")], weekdays);
        }

        CronExpression Quartz(string day, string weekday) => new($"{fields[0].ToQuartz()} {fields[1].ToQuartz()} {fields[2].ToQuartz()} {day} {fields[4].ToQuartz()} {weekday}") { TimeZone = TimeZoneInfo.Utc };
    }

    /// <summary>The first match after a time, or <see langword="null"/> where there is none within a hundred years.</summary>
    public DateTime? Next(DateTime after)
    {
        DateTime? first = null;
        foreach (var expression in _expressions)
        {
            if (Next(expression, after) is { } next && !(next >= first))
            {
                first = next;
            }
        }

        return first;
    }

    private DateTime? Next(CronExpression expression, DateTime after)
    {
        while (expression.GetTimeAfter(new DateTimeOffset(after, TimeSpan.Zero)) is { } next)
        {
            if (_filter is null || _filter.Allows(_filter.Kind == CronFieldKind.DayOfWeek ? (int)next.DayOfWeek : next.Day))
            {
                return next.DateTime;
            }

            // Not on this day: on from its last second.
            after = next.Date.AddDays(1).AddSeconds(-1);
        }

        return null;
    }
}
