using System.Collections.Concurrent;
using Eventide.Queues;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Eventide.Orleans.Tests.Scheduling;

public sealed class StopTests
{
    [Fact]
    public async Task Schedules_go_on_in_time_when_the_silo_that_keeps_them_is_stopped()
    {
        var target = new RecordingProvider();
        var keepers = new ConcurrentDictionary<string, SiloAddress>();
        await using var cluster = await Cluster.StartAsync(
            2,
            (silo, _) =>
            {
                silo.Services.AddSingleton<SchedulingProbe>(services => new KeeperProbe(services.GetRequiredService<ILocalSiloDetails>().SiloAddress, keepers));
                silo.Services.AddSingleton<IQueueProvider>(target);
                silo.AddEventide(
                    e => e.Queue("memory:work", "memory:dead").Handle(null, _ => { }).Schedule("each second", "* * * * * *", queue: "record:ticks"),
                    o =>
                    {
                        // Neither reminders nor the silos' word would have them go on in the time of this test.
                        o.BackstopDelay = TimeSpan.FromMinutes(10);
                        o.ScheduleCheckInterval = TimeSpan.FromHours(1);
                    });
            },
            anyMayDie: true);
        await Wait.UntilAsync(() => target.Sent.Count > 1, "it ticks");
        var scheduler = cluster.Handles[0].SiloHost.Services.GetRequiredService<IMessageScheduler>();
        var due = cluster.Clock.GetUtcNow().AddSeconds(5);
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => scheduler.ScheduleAsync("record:once", new OutgoingMessage($"{i}"), due)));

        await cluster.HandleOf(keepers["each second"]).StopSiloAsync(stopGracefully: true);
        var ticks = Ticks().Count;
        await Wait.UntilAsync(() => Ticks().Count > ticks + 3 && target.Sent.Count - Ticks().Count >= 12, "all go on", 60, () => $"{Ticks().Count} ticks, {target.Sent.Count} sent");
        Assert.Equal(12, target.Sent.Count - Ticks().Count);
        Assert.Equal(Ticks().Distinct(), Ticks());

        List<string> Ticks() => [.. target.Sent.Where(m => m.Attributes.ContainsKey(ScheduleHeaders.Tick)).Select(m => m.Attributes[ScheduleHeaders.Tick])];
    }

    /// <summary>Tells where schedules and scheduled messages are kept.</summary>
    private sealed class KeeperProbe(SiloAddress here, ConcurrentDictionary<string, SiloAddress> keepers) : SchedulingProbe
    {
        public override Task ReachedAsync(SchedulingStep step, string key)
        {
            keepers[key] = here;
            return Task.CompletedTask;
        }
    }
}
