using System.Diagnostics;
using System.Globalization;
using Eventide.Queues.Sqs.Tests;

namespace Eventide.Orleans.Tests.Processes;

/// <summary>Silo processes on Redis clustering whose queue is a FIFO queue of SQS: groups over two silos.</summary>
public sealed class SqsFifoProcessTests(Fauxqs server)
{
    private const int Groups = 24;
    private const int OfEach = 40;

    [Fact]
    public async Task A_silo_that_joins_gets_its_share_of_the_groups()
    {
        await using var silos = await StartAsync();
        var queue = await CreateAsync(silos);
        await silos.StartSiloAsync();
        await SendAsync(0);
        await silos.HasDoneAsync(Groups * 5);
        var second = await silos.StartSiloAsync();
        await silos.ReceiveAsync([second], partitions: 4);
        for (var round = 1; second.Done.Count == 0; round++)
        {
            Assert.True(round < 20, $"The new silo has nothing to do: {silos.State()}");
            await SendAsync(round);
            await silos.HasDoneAsync(Groups * 5 * (round + 1));
        }

        Task SendAsync(int round) => queue.SendAsync(Enumerable.Range(round * Groups * 5, Groups * 5).Select(n =>
            new OutgoingMessage($$"""{"n":{{n}},"ms":10}""") { Group = $"g{n % Groups}", DeduplicationId = $"{n}" }));
    }

    [Fact]
    public async Task A_group_keeps_its_order_and_is_on_one_silo_at_a_time_when_a_silo_is_killed()
    {
        await using var silos = await StartAsync();
        var queue = await CreateAsync(silos);
        var started = await silos.StartSilosAsync(2);
        await silos.ReceiveAsync(started, partitions: 4);
        var (first, second) = (started[0], started[1]);

        // In each group, one message fails once, and those behind it must wait for it.
        await queue.SendAsync(Enumerable.Range(0, Groups * OfEach).Select(n => new OutgoingMessage(
            $$"""{"n":{{n}},"ms":40,"fail":{{(n / Groups == OfEach / 2 ? 1 : 0)}},"retry":0.5}""") { Group = $"g{n % Groups}", DeduplicationId = $"{n}" }));
        await Wait.UntilAsync(() => silos.Done.Count > Groups * OfEach / 5 && first.Done.Count > 0 && second.Done.Count > 0, "both silos work", 60, silos.State);

        await first.KillAsync();
        var killedAt = Stopwatch.GetTimestamp();
        var (_, inFlight) = await queue.CountAsync();
        await silos.StartSiloAsync();
        await silos.HasDoneAsync(Groups * OfEach);
        await queue.IsEmptyAsync();

        var byGroup = silos.Entries.GroupBy(e => e.Group, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.ToList(), StringComparer.Ordinal);
        Figures.Tell(string.Create(
            CultureInfo.InvariantCulture,
            $"{Groups} groups, {inFlight} messages in flight after kill -9, {silos.Done.Count - (Groups * OfEach)} done twice; {byGroup.Values.Count(IsOnBoth)} groups were on more than one silo; {silos.Attempts()}"));
        Assert.InRange(silos.Done.Count - (Groups * OfEach), 0, inFlight);
        Assert.Equal(Groups, byGroup.Count);
        Assert.Contains(byGroup.Values, IsOnBoth);
        Assert.All(byGroup.Values, entries =>
        {
            CheckOrder(entries);
            CheckOneAtATime(entries);
        });
        silos.CheckAttempts();

        static bool IsOnBoth(List<JournalEntry> entries) => entries.Select(e => e.Process).Distinct().Count() > 1;

        // The next message of a group begins only after the one before it is done; one that comes again may be repeated, not skipped.
        static void CheckOrder(List<JournalEntry> entries)
        {
            var done = entries[0].Number % Groups - Groups;
            foreach (var entry in entries)
            {
                Assert.True(entry.Number <= done + Groups, $"{entry} came after {done}");
                done = entry.Kind == 'd' ? Math.Max(done, entry.Number) : done;
            }
        }

        // Between a beginning and its end there is no other beginning; what the killed one had begun ended with it.
        void CheckOneAtATime(List<JournalEntry> entries)
        {
            JournalEntry? running = null;
            foreach (var entry in entries)
            {
                if (entry.Kind == 's')
                {
                    Assert.True(running is null || (running.Process == first.Id && entry.At > killedAt), $"{entry} began while {running} ran");
                    running = entry;
                }
                else
                {
                    Assert.Equal((running!.Number, running.Process), (entry.Number, entry.Process));
                    running = null;
                }
            }
        }
    }

    private async Task<SiloProcesses> StartAsync()
    {
        server.Need();
        var silos = await SiloProcesses.StartAsync();
        silos.Settings["Eventide:Lease"] = "00:00:05";
        return silos;
    }

    private async Task<SqsTestQueue> CreateAsync(SiloProcesses silos)
    {
        var queue = new SqsTestQueue(server, await server.CreateAsync(fifo: true));
        silos.Queue = queue.Uri;
        return queue;
    }
}
