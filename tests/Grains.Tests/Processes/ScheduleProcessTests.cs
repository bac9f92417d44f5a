using System.Globalization;

namespace Eventide.Orleans.Tests.Processes;

/// <summary>Schedules and scheduled messages of silo processes, kept on the redis-server of their cluster.</summary>
public sealed class ScheduleProcessTests
{
    [Fact]
    public async Task Schedules_go_on_and_scheduled_messages_come_once_although_the_silo_that_keeps_them_is_killed()
    {
        const int Count = 16;
        await using var silos = await SiloProcesses.StartAsync();
        await using var connection = await RedisStreamProcessTests.ConnectAsync(silos);
        var database = connection.GetDatabase();
        silos.Settings["Eventide:Schedules:ticks:Cron"] = "* * * * * *";
        silos.Settings["Eventide:Lease"] = "00:00:10";
        silos.Settings["EventideSilo:BackstopDelay"] = "00:00:01";
        silos.Settings["EventideSilo:ReminderPeriod"] = "00:00:03";

        var started = await silos.StartSilosAsync(2);
        await Wait.UntilAsync(() => Ticks().Count > 1 && Array.Exists(started, s => s.KeepsSchedules), "it ticks", 60, State);

        // The grain of a scheduled message is on any silo.
        await Task.WhenAll(Enumerable.Range(0, Count).Select(n => database.StreamAddAsync(
            "work", "body", $$"""{"schedule":{{n}},"seconds":10,"queue":"{{silos.Queue}}"}""")));
        await Wait.UntilAsync(() => silos.Entries.Count(e => e.Kind == 'k') >= Count, "all are scheduled", 60, State);
        var first = started.First(s => s.KeepsSchedules);
        await first.KillAsync();
        var killed = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

        await silos.HasDoneAsync(Count, 90);
        await Wait.UntilAsync(() => Ticks().Count(t => t > killed + 1) > 3, "it ticks again", 90, State);
        var ticks = Ticks();
        Figures.Tell(string.Create(
            CultureInfo.InvariantCulture,
            $"{ticks.Count(t => t <= killed)} ticks until kill -9, the next after {ticks.Where(t => t > killed + 1).Min() - killed} s; {Count} messages scheduled, {silos.Done.Count - Count} done twice"));

        // Each once, but for what the killed one had begun.
        silos.CheckRepeated(by: first);
        Assert.Equal(Enumerable.Range(0, Count), silos.Done.Distinct().Order());
        var later = ticks.Where(t => t > killed + 1).ToList();
        Assert.Equal(later.Distinct(), later);

        List<int> Ticks() => [.. silos.Entries.Where(e => e.Kind == 't').Select(e => e.Number)];

        string State() => $"{silos.State()}; {Ticks().Count} ticks";
    }
}
