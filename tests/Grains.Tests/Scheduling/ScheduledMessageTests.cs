using System.Collections.Concurrent;
using Eventide.Queues;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;

namespace Eventide.Orleans.Tests.Scheduling;

public sealed class ScheduledMessageTests
{
    [Theory]
    [InlineData(40)]
    [InlineData(400)]
    public async Task A_message_scheduled_far_ahead_is_sent_once_although_the_silo_that_keeps_it_dies(int days)
    {
        var time = new JumpTime();
        var handled = new ConcurrentQueue<string>();
        await using var cluster = await StartAsync(3, handled, time);
        var scheduler = SchedulerOf(cluster);
        var due = time.GetUtcNow().AddDays(days);
        for (var i = 0; i < 8; i++)
        {
            await scheduler.ScheduleAsync("jobs", new OutgoingMessage($"{i}") { Attributes = new Dictionary<string, string> { ["n"] = $"{i}" } }, due, $"job {i}");
        }

        Assert.Equal((8, 8), (cluster.Storage.Count, cluster.Reminders.Count));
        var links = cluster.Reminders.Writes;
        await Wait.UntilAsync(() => cluster.Reminders.Writes >= links + 16, "reminders are chained");

        await cluster.KillAsync(cluster.Handles[2]);
        time.Jump(TimeSpan.FromDays(days) - TimeSpan.FromSeconds(40));
        links = cluster.Reminders.Writes;
        await Wait.UntilAsync(() => cluster.Reminders.Writes >= links + 16, "reminders are chained on the silos that are left");
        Assert.Empty(handled);
        Assert.Equal(due, await scheduler.FindAsync("jobs", "job 3"));

        time.Jump(TimeSpan.FromSeconds(41));
        await Wait.UntilAsync(() => handled.Count >= 8 && cluster.Storage.Count == 0 && cluster.Reminders.Count == 0, "all are sent and forgotten", 60, () => $"{handled.Count} {cluster.Storage.Count} {cluster.Reminders.Count}");
        await cluster.DrainedAsync("work");
        Assert.Equal(Enumerable.Range(0, 8).Select(i => $"{i} {i}"), handled.Order());
        Assert.Null(await scheduler.FindAsync("jobs", "job 3"));
    }

    [Fact]
    public async Task What_is_due_in_the_past_is_sent_at_once_and_handled_like_any_other()
    {
        var handled = new ConcurrentQueue<string>();
        await using var cluster = await StartAsync(1, handled, new JumpTime());
        await SchedulerOf(cluster).ScheduleAsync("memory:work", new OutgoingMessage("late"), DateTimeOffset.UtcNow.AddYears(-3));
        await Wait.UntilAsync(() => handled.Count == 1 && cluster.Storage.Count == 0 && cluster.Reminders.Count == 0, "it is sent and forgotten");
    }

    [Fact]
    public async Task One_id_is_one_message_until_it_is_sent_or_cancelled()
    {
        var time = new JumpTime();
        var handled = new ConcurrentQueue<string>();
        await using var cluster = await StartAsync(1, handled, time);
        var scheduler = SchedulerOf(cluster);
        var due = time.GetUtcNow().AddDays(2);
        await scheduler.ScheduleAsync("jobs", new OutgoingMessage("first"), due, "a");
        Assert.Equal("a", await scheduler.ScheduleAsync("jobs", new OutgoingMessage("second"), due.AddDays(-1), "a"));
        await scheduler.ScheduleAsync("jobs", new OutgoingMessage("other"), due, "b/c %");
        Assert.Equal(due, await scheduler.FindAsync("jobs", "a"));

        Assert.True(await scheduler.CancelAsync("jobs", "b/c %"));
        Assert.False(await scheduler.CancelAsync("jobs", "b/c %"));
        Assert.False(await scheduler.CancelAsync("memory:other", "a"));
        Assert.Equal((1, 1), (cluster.Storage.Count, cluster.Reminders.Count));

        time.Jump(TimeSpan.FromDays(3));
        await Wait.UntilAsync(() => handled.Count == 1 && cluster.Storage.Count == 0, "it is sent", 60, () => $"{handled.Count} {cluster.Storage.Count}");
        await scheduler.ScheduleAsync("jobs", new OutgoingMessage("third"), time.GetUtcNow(), "a");
        await Wait.UntilAsync(() => handled.Count == 2, "the id is free again");
        Assert.Equal(["first", "third"], handled);
    }

    [Fact]
    public async Task A_grain_that_dies_at_any_step_loses_nothing_and_sends_the_same_again()
    {
        var handled = new ConcurrentQueue<string>();
        var probe = new CrashingProbe();
        await using var cluster = await StartAsync(1, handled, new JumpTime(), silo =>
        {
            silo.Services.AddSingleton<SchedulingProbe>(probe);
            silo.Services.Configure<EventideSiloOptions>(o => o.BackstopDelay = o.ReminderPeriod = TimeSpan.FromMilliseconds(200));
        });
        var scheduler = SchedulerOf(cluster);
        var steps = Enum.GetNames<SchedulingStep>();
        foreach (var step in steps)
        {
            var message = new OutgoingMessage(step);
            var due = DateTimeOffset.UtcNow.AddSeconds(1);
            try
            {
                await scheduler.ScheduleAsync("jobs", message, due, step);
            }
            catch (IOException)
            {
                // The caller was told that it failed, and does it again.
                await scheduler.ScheduleAsync("jobs", message, due, step);
            }
        }

        await Wait.UntilAsync(() => handled.Count >= steps.Length && cluster.Storage.Count == 0 && cluster.Reminders.Count == 0, "all are sent and forgotten", 60, () => $"{string.Join(' ', handled)} {cluster.Storage.Count} {cluster.Reminders.Count}");
        await cluster.DrainedAsync("work");
        Assert.Equal(steps.Order(), probe.Crashed.Order());

        // The memory queue drops what has the deduplication id of a message it has had.
        Assert.Equal(steps.Order(), handled.Order());
    }

    [Fact]
    public async Task A_message_that_cannot_be_sent_is_kept_and_tried_again()
    {
        var handled = new ConcurrentQueue<string>();
        await using var cluster = await StartAsync(1, handled, new JumpTime());
        var full = cluster.Broker.GetQueue("full", new MemoryQueueOptions { MaxMessages = 1 });
        await cluster.SendAsync("full", "in the way");
        await SchedulerOf(cluster).ScheduleAsync("memory:full", new OutgoingMessage("kept"), DateTimeOffset.UnixEpoch);
        var writes = cluster.Storage.Writes;
        await Wait.UntilAsync(() => cluster.Storage.Writes > writes, "a failed try is noted");
        Assert.Equal("in the way", Assert.Single(await cluster.PeekAsync("full")).Text);

        await using var admin = full.OpenAdmin();
        await admin.PurgeAsync(default);
        await Wait.UntilAsync(() => cluster.Storage.Count == 0, "it is sent");
        Assert.Equal("kept", Assert.Single(await cluster.PeekAsync("full")).Text);
    }

    [Fact]
    public async Task A_queue_that_does_not_exist_is_found_out_at_once()
    {
        await using var cluster = await StartAsync(1, [], new JumpTime());
        var fault = await Assert.ThrowsAsync<FormatException>(() => SchedulerOf(cluster).ScheduleAsync("job", new OutgoingMessage("x"), DateTimeOffset.MaxValue));
        Assert.StartsWith("'job' is neither a configured queue (jobs) nor a queue URI.", fault.Message);
        await Assert.ThrowsAsync<ArgumentException>(() => SchedulerOf(cluster).ScheduleAsync("jobs", new OutgoingMessage("x") { Delay = TimeSpan.FromSeconds(1) }, DateTimeOffset.MaxValue));
        Assert.Equal(0, cluster.Storage.Count);
    }

    private static IMessageScheduler SchedulerOf(Cluster cluster) => cluster.Handles[0].SiloHost.Services.GetRequiredService<IMessageScheduler>();

    private static Task<Cluster> StartAsync(int silos, ConcurrentQueue<string> handled, JumpTime time, Action<ISiloBuilder>? more = null) => Cluster.StartAsync(silos, (silo, _) =>
    {
        silo.Services.AddKeyedSingleton<TimeProvider>(EventideSiloOptions.ProviderName, time);
        silo.Services.Configure<EventideSiloOptions>(o =>
        {
            // Links of a quarter of a second: a chain of reminders in the time of a test.
            o.TimerHorizon = TimeSpan.FromSeconds(1);
            o.BackstopDelay = TimeSpan.FromMilliseconds(100);
            o.MaxReminderDelay = TimeSpan.FromMilliseconds(250);
            o.ReminderPeriod = TimeSpan.FromMilliseconds(250);
        });
        more?.Invoke(silo);
        silo.AddEventide(e => e
            .Configure(o => o.Queues["jobs"] = new QueueOptions { Uri = "memory:work", DeadLetter = "memory:dead" })
            .Handle(null, m => handled.Enqueue(m.Attributes.TryGetValue("n", out var n) ? $"{m.Text} {n}" : m.Text)));
    });

    /// <summary>Fails each step once, for the message whose id names it: the grain loses all that is not stored.</summary>
    private sealed class CrashingProbe : SchedulingProbe
    {
        private readonly ConcurrentDictionary<string, bool> _crashed = new();

        public IEnumerable<string> Crashed => _crashed.Keys;

        public override Task ReachedAsync(SchedulingStep step, string key) =>
            key.EndsWith($"/{step}", StringComparison.Ordinal) && _crashed.TryAdd(step.ToString(), true)
                ? throw new IOException($"the test ends the grain at {step}")
                : Task.CompletedTask;
    }
}
