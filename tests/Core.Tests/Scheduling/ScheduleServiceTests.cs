using System.Collections.Concurrent;
using Eventide.Core.Tests.Hosting;
using Eventide.Queues;
using Eventide.Tests;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Eventide.Core.Tests.Scheduling;

public sealed class ScheduleServiceTests
{
    [Fact]
    public async Task Each_tick_is_sent_once_with_its_name_time_and_id()
    {
        var ticks = new ConcurrentQueue<Message>();
        await using var worker = Worker(ticks, e => e
            .Schedule("five", "*/5 * * * *", queue: "memory:work")
            .Schedule("named", "30 10 * * *", """{"type":"report"}""", "memory:work", s =>
            {
                s.TimeZone = "Europe/Berlin";
                s.Attributes["a"] = "b";
                s.Group = "g";
            }));
        await worker.StartAsync();
        await worker.Until(() => ticks.Count(m => m.Attributes[ScheduleHeaders.Schedule] == "five") == 12, TimeSpan.FromMinutes(1));

        // The clock starts at 9:00 UTC, which is 10:00 in Berlin.
        var five = ticks.Where(m => m.Attributes[ScheduleHeaders.Schedule] == "five").ToList();
        Assert.Equal(Enumerable.Range(1, 12).Select(i => $"2026-11-02T{9 + (i / 12):00}:{i * 5 % 60:00}:00Z"), five.Select(m => m.Attributes[ScheduleHeaders.Tick]).Order());
        Assert.Contains(five, m => m.Text == """{"schedule":"five","tick":"2026-11-02T09:05:00Z"}""");
        Assert.Equal(12, five.Select(m => m.Attributes[ScheduleHeaders.TickId]).Distinct().Count());
        var named = Assert.Single(ticks, m => m.Attributes[ScheduleHeaders.Schedule] == "named");
        Assert.Equal(("""{"type":"report"}""", "g", "b", "2026-11-02T09:30:00Z"), (named.Text, named.Group, named.Attributes["a"], named.Attributes[ScheduleHeaders.Tick]));
    }

    [Fact]
    public async Task Equal_processes_give_a_tick_the_same_id_so_that_a_queue_that_deduplicates_keeps_one()
    {
        var time = new FakeTime();
        var broker = new MemoryBroker(time);
        await using var one = Worker([], e => e.Schedule("s", "@hourly", queue: "memory:ticks"), time, broker);
        await using var two = Worker([], e => e.Schedule("s", "@hourly", queue: "memory:ticks"), time, broker);
        await one.StartAsync();
        await two.StartAsync();
        await one.Until(() => one.Log.Has(601) && two.Log.Has(601), TimeSpan.FromMinutes(1));
        Assert.Single(await one.PeekAsync(broker.GetQueue("ticks")));
    }

    [Fact]
    public async Task A_tick_that_cannot_be_sent_is_tried_again_and_missed_ticks_become_one()
    {
        await using var worker = Worker([], e => e.Schedule("s", "* * * * *", queue: "memory:ticks"));
        var queue = worker.Broker.GetQueue("ticks", new MemoryQueueOptions { MaxMessages = 1 });
        await using (var sender = queue.OpenSender())
        {
            await sender.SendAllAsync([new OutgoingMessage("in the way")], default);
        }

        await worker.StartAsync();
        await worker.Until(() => worker.Log.Entries.Count(e => e.Id == 604) >= 9, TimeSpan.FromSeconds(10));
        Assert.False(worker.Log.Has(601));
        await using var admin = queue.OpenAdmin();
        await admin.PurgeAsync(default);
        await worker.Until(() => worker.Log.Has(601), TimeSpan.FromSeconds(10));
        Assert.Single(worker.Log.Entries, e => e.Id == 602);
        Assert.Equal("s", Assert.Single(await worker.PeekAsync(queue)).Attributes[ScheduleHeaders.Schedule]);
    }

    [Fact]
    public async Task A_target_that_cannot_be_opened_stops_the_start()
    {
        await using var worker = Worker([], e => e.Schedule("s", "@daily", queue: "nosuch:queue"));
        var fault = await Assert.ThrowsAsync<FormatException>(worker.StartAsync);
        Assert.Contains("nosuch:queue", fault.Message);
    }

    [Fact]
    public void Schedules_are_bound_from_the_configuration()
    {
        var schedule = Read(new()
        {
            ["Eventide:Queue"] = "memory:a",
            ["Eventide:Schedules:nightly:Cron"] = "0 3 * * *",
            ["Eventide:Schedules:nightly:TimeZone"] = "Europe/Berlin",
            ["Eventide:Schedules:nightly:Body"] = "{}",
            ["Eventide:Schedules:nightly:Attributes:kind"] = "report",
            ["Eventide:Schedules:nightly:Group"] = "g",
            ["Eventide:Schedules:nightly:CatchUp"] = "Skip",
        }).Schedules["nightly"];
        Assert.Equal(("0 3 * * *", "Europe/Berlin", null, "{}", "report", "g", CatchUp.Skip), (schedule.Cron, schedule.TimeZone, schedule.Queue, schedule.Body, schedule.Attributes["kind"], schedule.Group, schedule.CatchUp));
    }

    [Fact]
    public void Every_fault_of_every_schedule_is_named_at_once()
    {
        var fault = Assert.Throws<OptionsValidationException>(() => Read(new()
        {
            ["Eventide:Queue"] = "memory:a",
            ["Eventide:Queues:b:Uri"] = "memory:b",
            ["Eventide:Schedules:one:Cron"] = "0 25 * * *",
            ["Eventide:Schedules:one:TimeZone"] = "Europe/Bielefeld",
            ["Eventide:Schedules:one:Queue"] = "c",
            ["Eventide:Schedules:two:Body"] = "x",
        }));
        string[] parts = ["Schedules:one:Cron: The cron expression '0 25 * * *': the hour '25'", "one:TimeZone: 'Europe/Bielefeld'", "one:Queue is neither", "two:Cron is missing", "two:Queue is missing, and there is not just one"];
        Assert.Equal(parts.Length, fault.Failures.Count());
        Assert.All(parts, p => Assert.Contains(fault.Failures, f => f.Contains(p)));
    }

    private static TestWorker Worker(ConcurrentQueue<Message> handled, Action<EventideBuilder> configure, FakeTime? time = null, MemoryBroker? broker = null)
    {
        time ??= new FakeTime();
        broker ??= new MemoryBroker(time);
        return new TestWorker(
            e =>
            {
                configure(e.Handle(null, handled.Enqueue));
                e.Services.AddSingleton<IQueueProvider>(new MemoryQueueProvider(broker));
                e.Services.AddLogging(l => l.SetMinimumLevel(LogLevel.Debug));
            },
            time: time,
            broker: broker);
    }

    private static EventideOptions Read(Dictionary<string, string?> settings) => new ServiceCollection()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
        .AddEventide()
        .BuildServiceProvider()
        .GetRequiredService<IOptions<EventideOptions>>().Value;
}
