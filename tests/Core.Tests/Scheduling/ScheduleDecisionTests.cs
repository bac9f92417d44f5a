using System.Globalization;

namespace Eventide.Core.Tests.Scheduling;

public sealed class ScheduleDecisionTests
{
    [Theory]

    // schedule, last, now, policy => fire, first missed, through, next (times of one day)
    [InlineData("*/10 * * * *", "09:00:00", "09:09:59", CatchUp.Once, "- - - 09:10:00")]
    [InlineData("*/10 * * * *", "09:00:00", "09:10:00", CatchUp.Once, "09:10:00 - 09:10:00 09:20:00")]
    [InlineData("*/10 * * * *", "09:00:00", "09:19:59", CatchUp.Once, "09:10:00 - 09:10:00 09:20:00")]
    [InlineData("*/10 * * * *", "09:00:00", "09:45:00", CatchUp.Once, "09:40:00 09:10:00 09:40:00 09:50:00")]
    [InlineData("*/10 * * * *", "09:00:00", "09:14:59", CatchUp.Skip, "09:10:00 - 09:10:00 09:20:00")]
    [InlineData("*/10 * * * *", "09:00:00", "09:16:00", CatchUp.Skip, "- 09:10:00 09:10:00 09:20:00")]
    [InlineData("*/10 * * * *", "09:00:00", "09:42:00", CatchUp.Skip, "09:40:00 09:10:00 09:40:00 09:50:00")]
    [InlineData("*/10 * * * *", "09:00:00", "09:48:00", CatchUp.Skip, "- 09:10:00 09:40:00 09:50:00")]
    [InlineData("* * * * * *", "09:00:00", "19:00:00", CatchUp.Once, "19:00:00 09:00:01 19:00:00 19:00:01")]
    public void Ticks_that_have_passed_become_one(string cron, string last, string now, CatchUp catchUp, string expected)
    {
        var decision = ScheduleDecision.Of(CronSchedule.Parse(cron), Time(last), Time(now), catchUp);
        Assert.Equal(expected, string.Join(' ', new[] { decision.Fire, decision.Missed, decision.Through, decision.Next }.Select(t => t?.ToString("HH:mm:ss", CultureInfo.InvariantCulture) ?? "-")));
    }

    [Fact]
    public void Years_of_seconds_are_passed_over_at_once()
    {
        var now = Time("09:00:00").AddYears(9);
        var decision = ScheduleDecision.Of(CronSchedule.Parse("* * * * * *"), Time("09:00:00"), now, CatchUp.Once);
        Assert.Equal((now, now.AddSeconds(1)), (decision.Fire, decision.Next));
    }

    [Fact]
    public void However_a_schedule_is_looked_at_each_tick_is_done_with_once_and_the_last_one_fires()
    {
        string[] crons = ["*/7 * * * *", "0 3 * * *", "30 2 1 * *", "0 0 * * 1,4", "15 */5 * * *"];
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var cron = CronSchedule.Parse(crons[random.Next(crons.Length)], TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));
            var last = Time("00:00:00").AddMinutes(random.Next(400 * 1440));
            var now = last;
            for (var look = 0; look < 20; look++)
            {
                now = now.AddMinutes(Math.Pow(10, random.NextDouble() * 5));
                var decision = ScheduleDecision.Of(cron, last, now, CatchUp.Once);
                Assert.Equal(decision.Through, decision.Fire);
                Assert.True(decision.Next > now, $"seed {seed}");
                if (decision.Through is not { } through)
                {
                    Assert.True(cron.Next(last) > now);
                    continue;
                }

                // The last tick up to now: none between it and now.
                Assert.True(through > last && through <= now && cron.Next(through) > now, $"seed {seed}");
                Assert.Equal(cron.Next(last) == through ? null : cron.Next(last), decision.Missed);
                last = through;
            }
        }
    }

    private static DateTimeOffset Time(string time) => DateTimeOffset.Parse($"2026-11-02T{time}Z", CultureInfo.InvariantCulture);
}
