using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Eventide;

/// <summary>A cron expression in a time zone: the five fields of crontab(5) (minute, hour, day of the month, month, day of the week), six
/// with seconds in front, or a name such as <c>@hourly</c>. Immutable.</summary>
/// <remarks>
/// <para>Two day fields that both restrict match where either does; one that begins with a star restricts nothing by that.
/// Beyond crontab, a day field may be one of Quartz' forms: <c>L</c>, <c>L-3</c>, <c>15W</c>, <c>LW</c>; <c>FRI#2</c>, <c>FRIL</c>.</para>
/// <para>Where clocks are put forward, what falls into the hour that is missing comes once, at its end. Where they are put back, what
/// has a fixed hour comes once, the first time; what comes every hour (hour <c>*</c>) comes in both. As in Vixie cron.</para>
/// </remarks>
public sealed class CronSchedule
{
    private static readonly TimeSpan LongestOverlap = TimeSpan.FromHours(3);
    private static readonly DateTimeOffset Earliest = new(1970, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly CronClock _clock;
    private readonly bool _everyHour;

    private CronSchedule(string expression, TimeZoneInfo zone, IReadOnlyList<CronField> fields)
    {
        Expression = expression;
        TimeZone = zone;
        _clock = new CronClock(fields);
        _everyHour = fields[2].IsEvery;
    }

    /// <summary>The expression, as given.</summary>
    public string Expression { get; }

    /// <summary>The time zone whose clocks it is read by.</summary>
    public TimeZoneInfo TimeZone { get; }

    /// <summary>Reads an expression.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="timeZone">The time zone; UTC by default.</param>
    /// <exception cref="FormatException">It cannot be read, or never comes; the message tells the field and what was expected.</exception>
    public static CronSchedule Parse(string expression, TimeZoneInfo? timeZone = null)
    {
        ArgumentNullException.ThrowIfNull(expression);
        var text = Named(expression.Trim());
        var parts = text.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length is not (5 or 6))
        {
            throw Fault(expression, string.Create(CultureInfo.InvariantCulture, $"it has {parts.Length} fields; expected 5 (minute, hour, day of the month, month, day of the week), 6 with seconds in front, or one of @yearly, @monthly, @weekly, @daily, @hourly"));
        }

        var fields = new List<CronField>();
        if (parts.Length == 5)
        {
            fields.Add(CronField.Parse(CronFieldKind.Second, "0"));
        }

        try
        {
            foreach (var part in parts)
            {
                fields.Add(CronField.Parse((CronFieldKind)fields.Count, part));
            }
        }
        catch (FormatException e)
        {
            throw Fault(expression, e.Message);
        }

        var schedule = new CronSchedule(expression, timeZone ?? TimeZoneInfo.Utc, fields);
        return schedule._clock.Next(new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Unspecified)) is null
            ? throw Fault(expression, "it never comes: none of its months has such a day")
            : schedule;
    }

    /// <summary>Reads an expression for a time zone given by name.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="timeZone">The time zone's IANA name, as <c>Europe/Berlin</c>; <see langword="null"/> for UTC.</param>
    /// <exception cref="FormatException">The expression cannot be read, or never comes, or the system does not know the time zone.</exception>
    public static CronSchedule ParseIn(string expression, string? timeZone)
    {
        if (timeZone is null)
        {
            return Parse(expression);
        }

        try
        {
            return Parse(expression, TimeZoneInfo.FindSystemTimeZoneById(timeZone));
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException or System.Security.SecurityException)
        {
            throw new FormatException($"The time zone '{timeZone}' is not known to this system; expected an IANA name such as 'Europe/Berlin', or 'UTC'.", e);
        }
    }

    /// <summary>Reads an expression.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="timeZone">The time zone; UTC by default.</param>
    /// <param name="schedule">The schedule, where it can be read.</param>
    /// <param name="error">What was wrong and what was expected, where it cannot.</param>
    /// <returns>Whether it can be read.</returns>
    public static bool TryParse(string expression, TimeZoneInfo? timeZone, [NotNullWhen(true)] out CronSchedule? schedule, [NotNullWhen(false)] out string? error)
    {
        try
        {
            (schedule, error) = (Parse(expression, timeZone), null);
            return true;
        }
        catch (FormatException e)
        {
            (schedule, error) = (null, e.Message);
            return false;
        }
    }

    /// <summary>The first tick after a time.</summary>
    /// <param name="after">The time; those before 1970 are taken for its beginning.</param>
    /// <returns>The tick, in the schedule's time zone, or <see langword="null"/> where there is none within a hundred years.</returns>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        after = after < Earliest ? Earliest.AddTicks(-1) : after;
        return (_everyHour ? NextOfEveryHour(after) : NextOfFixedHour(after)) is { } next ? TimeZoneInfo.ConvertTime(next, TimeZone) : null;
    }

    /// <summary>The expression and the time zone.</summary>
    public override string ToString() => $"{Expression} ({TimeZone.Id})";

    private static FormatException Fault(string expression, string what) => new($"The cron expression '{expression}': {what}.");

    private static string Named(string text) => text.Length == 0 || text[0] != '@' ? text : text.ToUpperInvariant() switch
    {
        "@YEARLY" or "@ANNUALLY" => "0 0 1 1 *",
        "@MONTHLY" => "0 0 1 * *",
        "@WEEKLY" => "0 0 * * 0",
        "@DAILY" or "@MIDNIGHT" => "0 0 * * *",
        "@HOURLY" => "0 * * * *",
        _ => "",
    };

    private DateTimeOffset? NextOfFixedHour(DateTimeOffset after)
    {
        for (var wall = _clock.Next(Wall(after)); wall is { } w; wall = _clock.Next(w))
        {
            var (first, _) = Instants(w);
            var tick = first ?? EndOfGap(w);
            if (tick > after)
            {
                return tick;
            }
        }

        return null;
    }

    private DateTimeOffset? NextOfEveryHour(DateTimeOffset after)
    {
        DateTimeOffset? tick = null;
        var wall = Wall(after);
        while (tick is null && _clock.Next(wall) is { } next)
        {
            var (first, second) = Instants(next);
            tick = first > after ? first : second > after ? second : null;
            wall = next;
        }

        // Where clocks are put back soon, times come again that have been.
        var (now, later) = (TimeZone.GetUtcOffset(after), TimeZone.GetUtcOffset(after + LongestOverlap));
        if (later < now)
        {
            var back = Transition(after, after + LongestOverlap);
            if (_clock.Next((back + later).UtcDateTime.AddSeconds(-1)) is { } repeated)
            {
                var (first, second) = Instants(repeated);
                var again = second ?? first;
                tick = again > after && !(again >= tick) ? again : tick;
            }
        }

        return tick;
    }

    private DateTime Wall(DateTimeOffset time) => TimeZoneInfo.ConvertTime(time, TimeZone).DateTime;

    /// <summary>When clocks show a time: once; twice where they are put back; never where they are put forward over it. Only offsets at
    /// instants are asked for, so that it holds for every kind of transition.</summary>
    private (DateTimeOffset? First, DateTimeOffset? Second) Instants(DateTime wall)
    {
        var (before, after) = Around(wall);
        var (earlier, later) = (TimeZone.GetUtcOffset(before), TimeZone.GetUtcOffset(after));
        DateTimeOffset? first = At(earlier);
        DateTimeOffset? second = earlier == later ? null : At(later);
        return first is null ? (second, null) : (first, second);

        DateTimeOffset? At(TimeSpan offset)
        {
            var time = new DateTimeOffset(DateTime.SpecifyKind(wall, DateTimeKind.Utc)) - offset;
            return TimeZone.GetUtcOffset(time) == offset ? time : null;
        }
    }

    private DateTimeOffset EndOfGap(DateTime wall)
    {
        var (before, after) = Around(wall);
        return Transition(before, after);
    }

    // No offset is larger than 14 hours.
    private static (DateTimeOffset Before, DateTimeOffset After) Around(DateTime wall)
    {
        var time = new DateTimeOffset(DateTime.SpecifyKind(wall, DateTimeKind.Utc));
        return (time.AddHours(-26), time.AddHours(26));
    }

    /// <summary>The first whole second at which the offset is that of the end.</summary>
    private DateTimeOffset Transition(DateTimeOffset from, DateTimeOffset to)
    {
        var offset = TimeZone.GetUtcOffset(to);
        var (low, high) = (from.ToUnixTimeSeconds(), to.ToUnixTimeSeconds());
        while (high - low > 1)
        {
            var middle = low + ((high - low) / 2);
            if (TimeZone.GetUtcOffset(DateTimeOffset.FromUnixTimeSeconds(middle)) == offset)
            {
                high = middle;
            }
            else
            {
                low = middle;
            }
        }

        return DateTimeOffset.FromUnixTimeSeconds(high);
    }
}
