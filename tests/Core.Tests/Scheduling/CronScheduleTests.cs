using System.Globalization;

namespace Eventide.Core.Tests.Scheduling;

public sealed class CronScheduleTests
{
    private static readonly string[] Zones = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia"];

    [Theory]
    [InlineData("*/15 * * * *", "2026-11-22T10:07:00Z", "2026-11-22T10:15:00Z 2026-11-22T10:30:00Z 2026-11-22T10:45:00Z")]
    [InlineData("0 3 * * *", "2026-11-22T03:00:00Z", "2026-11-23T03:00:00Z 2026-11-24T03:00:00Z")]
    [InlineData("0 3 * * *", "2026-11-22T02:59:59.9999999Z", "2026-11-22T03:00:00Z")]
    [InlineData("30 9 * * MON-FRI", "2026-11-20T12:00:00Z", "2026-11-23T09:30:00Z 2026-11-24T09:30:00Z")]
    [InlineData("0 0 * * 0", "2026-11-22T12:00:00Z", "2026-11-29T00:00:00Z")]
    [InlineData("0 0 * * 7", "2026-11-22T12:00:00Z", "2026-11-29T00:00:00Z")]
    [InlineData("0 0 * * 7/3", "2026-11-22T12:00:00Z", "2026-11-25T00:00:00Z 2026-11-28T00:00:00Z 2026-11-29T00:00:00Z")]
    [InlineData("0 0 * 7-9/2 0-0", "2026-07-22T12:00:00Z", "2026-07-26T00:00:00Z 2026-09-06T00:00:00Z")]
    [InlineData("0 0 * * fri-sun", "2026-11-23T00:00:00Z", "2026-11-27T00:00:00Z 2026-11-28T00:00:00Z 2026-11-29T00:00:00Z 2026-12-04T00:00:00Z")]
    [InlineData("0 0 13 * 5", "2026-11-01T00:00:00Z", "2026-11-06T00:00:00Z 2026-11-13T00:00:00Z 2026-11-20T00:00:00Z 2026-11-27T00:00:00Z 2026-12-04T00:00:00Z 2026-12-11T00:00:00Z 2026-12-13T00:00:00Z")]
    [InlineData("0 0 */2 * 1", "2026-11-01T00:00:00Z", "2026-11-09T00:00:00Z 2026-11-23T00:00:00Z 2026-12-07T00:00:00Z")]
    [InlineData("0 0 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z 2032-02-29T00:00:00Z")]
    [InlineData("0 0 L * *", "2027-01-15T00:00:00Z", "2027-01-31T00:00:00Z 2027-02-28T00:00:00Z")]
    [InlineData("0 0 L-2 2 ?", "2027-01-15T00:00:00Z", "2027-02-26T00:00:00Z")]
    [InlineData("0 0 15W * *", "2026-11-01T00:00:00Z", "2026-11-16T00:00:00Z")]
    [InlineData("0 0 LW * *", "2026-11-01T00:00:00Z", "2026-11-30T00:00:00Z 2026-12-31T00:00:00Z 2027-01-29T00:00:00Z")]
    [InlineData("0 0 * * MON#2", "2026-11-01T00:00:00Z", "2026-11-09T00:00:00Z 2026-12-14T00:00:00Z")]
    [InlineData("0 0 * * 5L", "2026-11-01T00:00:00Z", "2026-11-27T00:00:00Z 2026-12-25T00:00:00Z")]
    [InlineData("0 0 1 JAN,jul *", "2026-11-01T00:00:00Z", "2027-01-01T00:00:00Z 2027-07-01T00:00:00Z")]
    [InlineData("*/20 59 23 31 12 *", "2026-11-01T00:00:00Z", "2026-12-31T23:59:00Z 2026-12-31T23:59:20Z 2026-12-31T23:59:40Z 2027-12-31T23:59:00Z")]
    [InlineData(" @hourly ", "2026-11-01T00:00:00Z", "2026-11-01T01:00:00Z")]
    [InlineData("@daily", "2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z")]
    [InlineData("@weekly", "2026-11-01T00:00:00Z", "2026-11-08T00:00:00Z")]
    [InlineData("@monthly", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")]
    [InlineData("@yearly", "2026-11-01T00:00:00Z", "2027-01-01T00:00:00Z")]
    public void Ticks_come_as_crontab_says(string expression, string from, string expected) => Assert.Equal(expected, Ticks(expression, "UTC", from, expected.Split(' ').Length));

    [Theory]
    [InlineData("0 0 * *", "it has 4 fields; expected 5 (minute, hour, day of the month, month, day of the week), 6 with seconds in front, or one of @yearly")]
    [InlineData("", "it has 0 fields")]
    [InlineData("@reboot", "expected 5")]
    [InlineData("60 * * * *", "the minute '60' cannot be read: '60' is no value of it; expected 0 to 59, ranges (1-5), steps (*/2) and lists (1,3) of them.")]
    [InlineData("0 24 * * *", "the hour '24'")]
    [InlineData("0 0 0 * *", "the day of the month '0'")]
    [InlineData("0 0 * FOO *", "the month 'FOO' cannot be read: 'FOO' is no value of it; expected 1 to 12 or JAN to DEC")]
    [InlineData("0 0 * * 8", "expected 0 to 7 (0 and 7 are Sunday) or SUN to SAT")]
    [InlineData("0 0 * * MON#6", "'6' after # is not a number from 1 to 5")]
    [InlineData("*/0 * * * *", "the step '0' of '*/0'")]
    [InlineData("*/x * * * *", "the step 'x' of '*/x'")]
    [InlineData("1,,2 * * * *", "a value is missing")]
    [InlineData("30-10 * * * *", "the range '30-10' ends before it begins")]
    [InlineData("? * * * *", "the minute '?'")]
    [InlineData("0 0 1,L * *", "'L' is no value of it")]
    [InlineData("0 0 30 2 *", "it never comes: none of its months has such a day")]
    public void What_cannot_be_read_is_told_with_its_field(string expression, string fault)
    {
        Assert.False(CronSchedule.TryParse(expression, null, out var schedule, out var error));
        Assert.Null(schedule);
        Assert.StartsWith($"The cron expression '{expression}': ", error);
        Assert.Contains(fault, error);
    }

    [Theory]

    // Put forward: 02:00 to 03:00 is missing on 29 March.
    [InlineData("30 2 * * *", "2026-03-28T00:00:00Z", "2026-03-28T01:30:00Z 2026-03-29T01:00:00Z 2026-03-30T00:30:00Z")]
    [InlineData("0,30 2,3 * * *", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z 2026-03-29T01:30:00Z 2026-03-30T00:00:00Z")]
    [InlineData("*/30 * * * *", "2026-03-29T00:15:00Z", "2026-03-29T00:30:00Z 2026-03-29T01:00:00Z 2026-03-29T01:30:00Z")]

    // Put back: 02:00 to 03:00 comes twice on 25 October.
    [InlineData("30 2 * * *", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z 2026-10-26T01:30:00Z")]
    [InlineData("30 2 * * *", "2026-10-25T01:10:00Z", "2026-10-26T01:30:00Z")]
    [InlineData("*/30 * * * *", "2026-10-25T00:15:00Z", "2026-10-25T00:30:00Z 2026-10-25T01:00:00Z 2026-10-25T01:30:00Z 2026-10-25T02:00:00Z")]
    [InlineData("0 */2 * * *", "2026-10-24T21:00:00Z", "2026-10-24T22:00:00Z 2026-10-25T00:00:00Z 2026-10-25T03:00:00Z")]
    public void Where_clocks_change_nothing_is_lost_and_what_has_an_hour_comes_once(string expression, string from, string expected) =>
        Assert.Equal(expected, Ticks(expression, "Europe/Berlin", from, expected.Split(' ').Length));

    [Fact]
    public void A_tick_tells_the_time_of_its_zone()
    {
        var tick = CronSchedule.Parse("0 9 * * *", TimeZoneInfo.FindSystemTimeZoneById("America/New_York")).Next(new DateTimeOffset(2026, 7, 1, 0, 0, 0, TimeSpan.Zero));
        Assert.Equal(new DateTimeOffset(2026, 7, 1, 9, 0, 0, TimeSpan.FromHours(-4)), tick);
        Assert.Equal(TimeSpan.FromHours(-4), tick!.Value.Offset);
    }

    [Fact]
    public void Random_expressions_tick_as_a_scan_of_every_minute_finds()
    {
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var expression = new RandomCron(random);
            var zone = TimeZoneInfo.FindSystemTimeZoneById(Zones[random.Next(Zones.Length)]);
            var from = StartOf(random, zone);
            var to = from.AddDays(12);
            var expected = Scan(expression, zone, from, to).Take(200).ToList();

            var schedule = CronSchedule.Parse(expression.Text, zone);
            var found = new List<DateTimeOffset>();
            for (var tick = schedule.Next(from); tick < to && found.Count < 200; tick = schedule.Next(tick.Value))
            {
                Assert.True(found.Count == 0 || tick > found[^1], $"seed {seed}: {schedule} ticks at {tick:O} after {found.LastOrDefault():O}");
                found.Add(tick.Value.ToUniversalTime());
            }

            Assert.True(expected.SequenceEqual(found), $"seed {seed}: {schedule} from {from:O}: expected {string.Join(' ', expected.Except(found).Take(3).Select(t => t.ToString("O")))} not {string.Join(' ', found.Except(expected).Take(3).Select(t => t.ToString("O")))}");
        }
    }

    private static string Ticks(string expression, string zone, string from, int count)
    {
        var schedule = CronSchedule.Parse(expression, TimeZoneInfo.FindSystemTimeZoneById(zone));
        var ticks = new List<string>();
        var tick = DateTimeOffset.Parse(from, CultureInfo.InvariantCulture);
        while (ticks.Count < count)
        {
            tick = schedule.Next(tick)!.Value;
            ticks.Add(tick.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssK", CultureInfo.InvariantCulture));
        }

        return string.Join(' ', ticks);
    }

    // Half of the starts are shortly before clocks change, where they do.
    private static DateTimeOffset StartOf(Random random, TimeZoneInfo zone)
    {
        var from = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(random.Next(2 * 365 * 1440));
        if (random.Next(2) == 0 && zone.SupportsDaylightSavingTime)
        {
            var hour = Enumerable.Range(0, 366 * 24).Select(h => from.AddHours(h)).FirstOrDefault(h => zone.GetUtcOffset(h) != zone.GetUtcOffset(h.AddHours(1)));
            from = hour == default ? from : hour.AddMinutes(-random.Next(36 * 60));
        }

        return from.AddSeconds(random.Next(60));
    }

    private static IEnumerable<DateTimeOffset> Scan(RandomCron cron, TimeZoneInfo zone, DateTimeOffset from, DateTimeOffset to)
    {
        var begin = DateTimeOffset.FromUnixTimeSeconds(((from.ToUnixTimeSeconds() / 60) - 1500) * 60);
        var seen = new HashSet<DateTime>();
        DateTime? last = null;
        for (var minute = begin; minute < to; minute = minute.AddMinutes(1))
        {
            var wall = minute.UtcDateTime + zone.GetUtcOffset(minute);
            bool ticks;
            if (cron.EveryHour)
            {
                ticks = cron.Matches(wall);
            }
            else
            {
                ticks = cron.Matches(wall) && !seen.Contains(wall);
                for (var missing = last?.AddMinutes(1); missing < wall; missing = missing.Value.AddMinutes(1))
                {
                    ticks |= cron.Matches(missing.Value) && !seen.Contains(missing.Value);
                }
            }

            seen.Add(wall);
            last = last > wall ? last : wall;
            if (ticks && minute > from)
            {
                yield return minute;
            }
        }
    }

    /// <summary>An expression of random form, with its meaning worked out apart from the code under test.</summary>
    private sealed class RandomCron
    {
        private readonly (HashSet<int> Values, bool Star)[] _fields = new (HashSet<int>, bool)[5];

        public RandomCron(Random random)
        {
            var texts = new string[5];
            (int Min, int Max)[] ranges = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 6)];
            for (var i = 0; i < 5; i++)
            {
                (texts[i], _fields[i]) = Make(random, ranges[i].Min, ranges[i].Max, i < 2 ? 3 : 5);
            }

            Text = string.Join(' ', texts);
        }

        public string Text { get; }

        public bool EveryHour => _fields[1].Values.Count == 24;

        public bool Matches(DateTime wall)
        {
            var day = _fields[2].Values.Contains(wall.Day);
            var weekday = _fields[4].Values.Contains((int)wall.DayOfWeek);
            return _fields[0].Values.Contains(wall.Minute) && _fields[1].Values.Contains(wall.Hour) && _fields[3].Values.Contains(wall.Month)
                && (_fields[2].Star || _fields[4].Star ? day && weekday : day || weekday);
        }

        private static (string, (HashSet<int>, bool)) Make(Random random, int min, int max, int stars)
        {
            if (random.Next(stars + 2) >= 2)
            {
                return ("*", ([.. Enumerable.Range(min, max - min + 1)], true));
            }

            if (random.Next(4) == 0)
            {
                var step = random.Next(1, 10);
                return ($"*/{step}", ([.. Enumerable.Range(min, max - min + 1).Where(v => (v - min) % step == 0)], true));
            }

            var texts = new List<string>();
            var values = new HashSet<int>();
            for (var count = random.Next(1, 4); count > 0; count--)
            {
                var from = random.Next(min, max + 1);
                var to = random.Next(2) == 0 ? from : random.Next(from, max + 1);
                var step = random.Next(3) == 0 ? random.Next(1, 5) : 1;
                texts.Add(from == to ? $"{from}" : step == 1 ? $"{from}-{to}" : $"{from}-{to}/{step}");
                values.UnionWith(Enumerable.Range(from, to - from + 1).Where(v => (v - from) % step == 0));
            }

            return (string.Join(',', texts), (values, false));
        }
    }
}
