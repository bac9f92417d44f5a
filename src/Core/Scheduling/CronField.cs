using System.Globalization;

namespace Eventide;

/// <summary>One field of a cron expression: the values it allows, or a form of a day that no list of values can tell.</summary>
internal sealed class CronField
{
    private static readonly string[] Months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    private static readonly string[] Days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    private CronField(CronFieldKind kind, ulong values, bool isStar, string? special)
    {
        Kind = kind;
        Values = values;
        IsStar = isStar;
        Special = special;
    }

    public CronFieldKind Kind { get; }

    /// <summary>The values allowed, a bit each; Sunday is 0. Zero for a <see cref="Special"/> field.</summary>
    public ulong Values { get; }

    /// <summary>Whether the field begins with a star: of the two day fields one that does not restrict, though its step may.</summary>
    public bool IsStar { get; }

    /// <summary>A form that only Quartz works out, in its words: <c>L</c>, <c>15W</c>, <c>6#3</c>.</summary>
    public string? Special { get; }

    /// <summary>Whether every value is allowed.</summary>
    public bool IsEvery => Special is null && Values == All(Kind);

    private static (int Min, int Max) Range(CronFieldKind kind) => kind switch
    {
        CronFieldKind.Hour => (0, 23),
        CronFieldKind.DayOfMonth => (1, 31),
        CronFieldKind.Month => (1, 12),
        CronFieldKind.DayOfWeek => (0, 6),
        _ => (0, 59),
    };

    /// <summary>Reads a field.</summary>
    /// <exception cref="FormatException">It cannot be read; the message tells the field and what is expected, not the whole expression.</exception>
    public static CronField Parse(CronFieldKind kind, string text)
    {
        if (text is "*" or "?" && (text == "*" || kind is CronFieldKind.DayOfMonth or CronFieldKind.DayOfWeek))
        {
            return new CronField(kind, All(kind), isStar: true, null);
        }

        if (kind is CronFieldKind.DayOfMonth or CronFieldKind.DayOfWeek && SpecialOf(kind, text) is { } special)
        {
            return new CronField(kind, 0, isStar: false, special);
        }

        ulong values = 0;
        foreach (var item in text.Split(','))
        {
            values |= ParseItem(kind, text, item);
        }

        return new CronField(kind, values, text[0] == '*', null);
    }

    public bool Allows(int value) => (Values >> value & 1) != 0;

    /// <summary>The field in Quartz' form, in which the days of the week are 1 to 7.</summary>
    public string ToQuartz()
    {
        if (Special is not null)
        {
            return Special;
        }

        var shift = Kind == CronFieldKind.DayOfWeek ? 1 : 0;
        return IsEvery ? "*" : string.Join(',', Enumerable.Range(0, 64).Where(Allows).Select(v => (v + shift).ToString(CultureInfo.InvariantCulture)));
    }

    private static ulong All(CronFieldKind kind)
    {
        var (min, max) = Range(kind);
        return Span(min, max, 1);
    }

    private static ulong Span(int from, int to, int step)
    {
        ulong values = 0;
        for (var value = from; value <= to; value += step)
        {
            values |= 1UL << value;
        }

        return values;
    }

    private static ulong ParseItem(CronFieldKind kind, string field, string item)
    {
        var slash = item.IndexOf('/', StringComparison.Ordinal);
        var step = 1;
        if (slash >= 0 && (!TryNumber(item[(slash + 1)..], out step) || step is < 1 or > 59))
        {
            throw Fault(kind, field, $"the step '{item[(slash + 1)..]}' of '{item}' is not a number from 1 to 59");
        }

        var range = slash >= 0 ? item[..slash] : item;
        var (min, max) = Range(kind);
        int from, to;
        if (range == "*")
        {
            (from, to) = (min, max);
        }
        else
        {
            var dash = range.IndexOf('-', StringComparison.Ordinal);
            from = Value(kind, field, dash < 0 ? range : range[..dash]);
            to = dash >= 0 ? Value(kind, field, range[(dash + 1)..]) : slash >= 0 ? max : from;

            // Sunday ends a week as well as it begins one: FRI-SUN, 5-7.
            if (kind == CronFieldKind.DayOfWeek && dash >= 0 && to == 0 && from > 0)
            {
                to = 7;
            }

            // 7/2 begins on Sunday.
            if (kind == CronFieldKind.DayOfWeek && from == 7 && to < 7)
            {
                from = slash >= 0 && dash < 0 ? 0 : from;
            }

            if (from > to)
            {
                throw Fault(kind, field, $"the range '{range}' ends before it begins");
            }
        }

        var values = Span(from, to, step);
        return kind == CronFieldKind.DayOfWeek ? (values | values >> 7) & All(kind) : values;
    }

    private static int Value(CronFieldKind kind, string field, string text)
    {
        var (min, max) = Range(kind);
        var names = kind switch { CronFieldKind.Month => Months, CronFieldKind.DayOfWeek => Days, _ => [] };
        var index = Array.FindIndex(names, n => n.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (index >= 0)
        {
            return index + min;
        }

        // 7 is Sunday, too.
        return TryNumber(text, out var value) && value >= min && value <= (kind == CronFieldKind.DayOfWeek ? 7 : max) ? value
            : throw Fault(kind, field, text.Length == 0 ? "a value is missing" : $"'{text}' is no value of it");
    }

    // Quartz' own forms: the last day (L, L-3), the weekday nearest to a day (15W, LW), the nth (FRI#2) and last (FRIL) of a day of the week.
    private static string? SpecialOf(CronFieldKind kind, string text)
    {
        var upper = text.ToUpperInvariant();
        if (kind == CronFieldKind.DayOfMonth)
        {
            return upper is "L" or "LW" ? upper
                : upper.StartsWith("L-", StringComparison.Ordinal) && TryNumber(upper[2..], out var back) && back is >= 1 and <= 30 ? upper
                : upper.EndsWith('W') && TryNumber(upper[..^1], out var day) && day is >= 1 and <= 31 ? upper
                : null;
        }

        if (upper.Length > 1 && upper.EndsWith('L') && upper != "JUL")
        {
            return string.Create(CultureInfo.InvariantCulture, $"{(Value(kind, text, upper[..^1]) % 7) + 1}L");
        }

        var hash = upper.IndexOf('#', StringComparison.Ordinal);
        return hash < 0 ? null
            : TryNumber(upper[(hash + 1)..], out var nth) && nth is >= 1 and <= 5 ? string.Create(CultureInfo.InvariantCulture, $"{(Value(kind, text, upper[..hash]) % 7) + 1}#{nth}")
            : throw Fault(kind, text, $"'{text[(hash + 1)..]}' after # is not a number from 1 to 5");
    }

    private static bool TryNumber(string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static FormatException Fault(CronFieldKind kind, string field, string what) => new($"the {Name(kind)} '{field}' cannot be read: {what}; expected {Expected(kind)}");

    private static string Name(CronFieldKind kind) => kind switch
    {
        CronFieldKind.Second => "second",
        CronFieldKind.Minute => "minute",
        CronFieldKind.Hour => "hour",
        CronFieldKind.DayOfMonth => "day of the month",
        CronFieldKind.Month => "month",
        _ => "day of the week",
    };

    private static string Expected(CronFieldKind kind)
    {
        var values = kind switch
        {
            CronFieldKind.Month => "1 to 12 or JAN to DEC",
            CronFieldKind.DayOfWeek => "0 to 7 (0 and 7 are Sunday) or SUN to SAT",
            _ => string.Create(CultureInfo.InvariantCulture, $"{Range(kind).Min} to {Range(kind).Max}"),
        };
        return $"{values}, ranges (1-5), steps (*/2) and lists (1,3) of them" + kind switch
        {
            CronFieldKind.DayOfMonth => ", or alone L, L-3, 15W, LW",
            CronFieldKind.DayOfWeek => ", or alone FRI#2, FRIL",
            _ => "",
        };
    }
}
