using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.TestingHost;

namespace Eventide.Orleans.Tests.Scheduling;

public sealed class ScheduleTests
{
    [Fact]
    public async Task Each_tick_is_sent_once_in_the_cluster_also_when_a_silo_that_holds_schedules_dies()
    {
        const int Schedules = 24;
        var (time, target) = (new JumpTime(), new RecordingProvider());
        await using var cluster = await StartAsync(3, time, target, e =>
        {
            // Of so many, some are held by any silo.
            for (var i = 0; i < Schedules; i++)
            {
                e.Schedule($"s{i}", "0 * * * *", queue: "record:a");
            }
        });
        await Wait.UntilAsync(() => cluster.Storage.Count == Schedules, "the schedules are stored");
        await Wait.UntilAsync(
            async () =>
            {
                // The first silo to start activated them all; anew they are spread.
                await cluster.Silos.GrainFactory.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);
                var holders = await Task.WhenAll(Enumerable.Range(0, Schedules).Select(i => HolderAsync(cluster, $"s{i}")));
                return cluster.Handles.All(h => holders.Any(h.SiloAddress.Equals));
            },
            "each silo holds schedules");
        var first = NextHour(time);
        for (var tick = 0; tick < 8; tick++)
        {
            if (tick is 3 or 6)
            {
                // Never the first one, which keeps the test cluster's list of members.
                await cluster.KillAsync(cluster.Handles[^1]);
            }

            JumpTo(time, first.AddHours(tick));
            await Wait.UntilAsync(() => target.Sent.Count >= Schedules * (tick + 1), $"tick {tick} of all is sent", 60, () => $"{target.Sent.Count}");
        }

        // As long as a double would need to come.
        var writes = cluster.Reminders.Writes;
        await Wait.UntilAsync(() => cluster.Reminders.Writes >= writes + (4 * Schedules), "reminders are chained");
        foreach (var schedule in target.Sent.GroupBy(m => m.Attributes[ScheduleHeaders.Schedule]))
        {
            Assert.Equal(Enumerable.Range(0, 8).Select(i => first.AddHours(i).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)), schedule.Select(m => m.Attributes[ScheduleHeaders.Tick]));
        }

        Assert.Equal(8 * Schedules, target.Sent.Select(m => m.DeduplicationId).Distinct().Count());
        Assert.Equal((Schedules, Schedules), (cluster.Storage.Count, cluster.Reminders.Count));
    }

    [Fact]
    public async Task A_schedule_grain_that_dies_at_any_step_sends_each_tick_and_doubles_only_with_the_same_id()
    {
        var (time, target, probe) = (new JumpTime(), new RecordingProvider(), new CrashingProbe());
        await using var cluster = await StartAsync(1, time, target, e =>
        {
            foreach (var step in Enum.GetNames<SchedulingStep>())
            {
                e.Schedule(step, "0 * * * *", queue: "record:a");
            }

            e.Services.AddSingleton<SchedulingProbe>(probe);
        });
        var steps = Enum.GetValues<SchedulingStep>();
        await Wait.UntilAsync(() => cluster.Storage.Count == steps.Length, "the schedules are stored");
        var first = NextHour(time);
        for (var tick = 0; tick < 3; tick++)
        {
            JumpTo(time, first.AddHours(tick));
            await Wait.UntilAsync(() => target.Sent.Select(m => m.DeduplicationId).Distinct().Count() == steps.Length * (tick + 1), $"tick {tick} of all is sent", 60, () => $"{target.Sent.Count}");
            await Wait.UntilAsync(() => probe.Crashed.Count == steps.Length && target.Sent.Count > steps.Length * (tick + 1), "each has died once and has come back", 60, () => string.Join(' ', probe.Crashed));
        }

        foreach (var step in steps)
        {
            var ticks = target.Sent.Where(m => m.Attributes[ScheduleHeaders.Schedule] == step.ToString()).Select(m => m.Attributes[ScheduleHeaders.Tick]).ToList();
            Assert.Equal(3, ticks.Distinct().Count());

            // The one that died between the sending and the noting sends again.
            Assert.Equal(step == SchedulingStep.Sent ? 4 : 3, ticks.Count);
        }
    }

    [Fact]
    public async Task Ticks_that_were_missed_become_one_and_a_queue_out_of_reach_is_tried_again()
    {
        var (time, target) = (new JumpTime(), new RecordingProvider { IsOutOfReach = true });
        await using var cluster = await StartAsync(1, time, target, e => e.Schedule("hourly", "0 * * * *", """{"n":1}""", "record:a", s => s.Attributes["a"] = "b"));
        await StoredAsync(cluster);
        var first = NextHour(time);
        JumpTo(time, first);
        await Wait.UntilAsync(() => target.Refused > 1, "it was tried");
        JumpTo(time, first.AddHours(7));
        target.IsOutOfReach = false;
        await Wait.UntilAsync(() => !target.Sent.IsEmpty, "one stands for all");
        JumpTo(time, first.AddHours(8));
        await Wait.UntilAsync(() => target.Sent.Count > 1, "it goes on");
        Assert.Equal([first.AddHours(7).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture), first.AddHours(8).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)], target.Ticks);
        Assert.All(target.Sent, m => Assert.Equal("b", m.Attributes["a"]));
    }

    [Fact]
    public async Task A_changed_definition_holds_from_now_on_and_older_silos_do_not_take_it_back()
    {
        var (time, target, body, cron) = (new JumpTime(), new RecordingProvider(), "old", "0 * * * *");
        await using var cluster = await StartAsync(1, time, target, e => e.Schedule("s", cron, body, "record:a"));
        await StoredAsync(cluster);
        var writes = cluster.Storage.Writes;

        (body, cron) = ("new", "30 * * * *");
        time.Jump(TimeSpan.FromSeconds(1));
        await cluster.AddSiloAsync();
        await Wait.UntilAsync(() => cluster.Storage.Writes > writes, "the younger silo's definition is stored");

        var first = NextHour(time).AddMinutes(30);
        for (var tick = 0; tick < 3; tick++)
        {
            JumpTo(time, first.AddHours(tick));
            await Wait.UntilAsync(() => target.Sent.Count > tick, $"tick {tick} is sent");
        }

        Assert.Equal(Enumerable.Range(0, 3).Select(i => first.AddHours(i).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)), target.Ticks);
        Assert.All(target.Sent, m => Assert.Equal("new", System.Text.Encoding.UTF8.GetString(m.Body.Span)));
        Assert.Equal(writes + 4, cluster.Storage.Writes);
    }

    [Fact]
    public async Task A_schedule_that_no_silo_has_any_more_is_forgotten_without_a_tick()
    {
        var (time, target, has) = (new JumpTime(), new RecordingProvider(), false);
        await using var cluster = await StartAsync(1, time, target, e =>
        {
            if (has)
            {
                e.Schedule("s", "0 * * * *", queue: "record:a");
            }
        });
        has = true;
        var second = await cluster.AddSiloAsync();
        await StoredAsync(cluster);
        var first = NextHour(time);
        JumpTo(time, first);
        await Wait.UntilAsync(() => target.Sent.Count == 1, "it ticks while a silo has it");

        await cluster.KillAsync(second);
        JumpTo(time, first.AddHours(3));
        await Wait.UntilAsync(() => cluster.Storage.Count == 0 && cluster.Reminders.Count == 0, "it is forgotten", 60);
        Assert.Single(target.Sent);
    }

    private static Task StoredAsync(Cluster cluster) => Wait.UntilAsync(() => cluster.Storage.Count == 1, "the schedule is stored");

    private static DateTimeOffset NextHour(JumpTime time)
    {
        var now = time.GetUtcNow();
        return new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, 0, 0, TimeSpan.Zero).AddHours(1);
    }

    private static void JumpTo(JumpTime time, DateTimeOffset to)
    {
        var by = to - time.GetUtcNow();
        if (by > TimeSpan.Zero)
        {
            time.Jump(by);
        }
    }

    private static async Task<SiloAddress?> HolderAsync(Cluster cluster, string name) => await cluster.Silos.GrainFactory.GetGrain<IManagementGrain>(0)
        .GetActivationAddress(cluster.Silos.GrainFactory.GetGrain<IScheduleGrain>(name));

    private static Task<Cluster> StartAsync(int silos, JumpTime time, RecordingProvider target, Action<EventideBuilder> configure) => Cluster.StartAsync(silos, (silo, _) =>
    {
        silo.Services.AddKeyedSingleton<TimeProvider>(EventideSiloOptions.ProviderName, time);
        silo.Services.Configure<EventideSiloOptions>(o =>
        {
            o.TimerHorizon = TimeSpan.FromSeconds(1);
            o.BackstopDelay = TimeSpan.FromMilliseconds(100);
            o.MaxReminderDelay = TimeSpan.FromMilliseconds(250);
            o.ReminderPeriod = TimeSpan.FromMilliseconds(250);
            o.ScheduleCheckInterval = TimeSpan.FromMilliseconds(200);
        });
        silo.Services.AddSingleton<IQueueProvider>(target);
        silo.AddEventide(e => configure(e.Queue("memory:work", "memory:dead").Handle(null, _ => { })));
    });

    /// <summary>Fails each step once, for the schedule that is named so: the grain loses all that is not stored.</summary>
    private sealed class CrashingProbe : SchedulingProbe
    {
        private readonly ConcurrentDictionary<string, bool> _crashed = new();

        public ICollection<string> Crashed => _crashed.Keys;

        public override Task ReachedAsync(SchedulingStep step, string key) =>
            key == step.ToString() && _crashed.TryAdd(key, true) ? throw new IOException($"the test ends the grain at {step}") : Task.CompletedTask;
    }
}
