using System.Globalization;
using Eventide.Queues.Sqs.Tests;

namespace Eventide.Orleans.Tests.Processes;

/// <summary>Silo processes on Redis clustering whose queue is a standard queue of SQS.</summary>
public sealed class SqsProcessTests(Fauxqs server)
{
    private const int Total = 2000;

    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Processes_killed_and_terminated_lose_nothing_on_SQS()
    {
        await using var silos = await StartAsync(lease: TimeSpan.FromSeconds(5));
        var queue = await CreateAsync(silos);
        var started = await silos.StartSilosAsync(2);
        var (first, second) = (started[0], started[1]);
        await silos.ReceiveAsync(started, partitions: 4);
        await SendAsync(queue, 0, Total / 2);
        await Wait.UntilAsync(() => silos.Done.Count > Total / 8 && first.Done.Count > 0 && second.Done.Count > 0, "both silos work", 60, silos.State);

        await first.KillAsync();
        var (ready, inFlight) = await queue.CountAsync();
        var third = await silos.StartSiloAsync();
        await silos.ReceiveAsync([third], partitions: 2);
        await SendAsync(queue, Total / 2, Total / 2);
        await Wait.UntilAsync(() => third.Done.Count > 0, "the new silo works", 60, silos.State);
        var took = await second.TerminateAsync();
        Assert.InRange(took, TimeSpan.Zero, DrainTimeout);

        await silos.HasDoneAsync(Total);
        await queue.IsEmptyAsync();

        var repeated = silos.Done.Count - Total;
        Figures.Tell(string.Create(
            CultureInfo.InvariantCulture,
            $"killed with {inFlight} of {Total} in flight, {ready} waiting; {repeated} done twice; SIGTERM took {took.TotalMilliseconds:0} ms; {silos.Attempts()}"));
        Assert.InRange(repeated, 0, inFlight);
        silos.CheckRepeated(by: first);
        silos.CheckAttempts();
    }

    [Fact]
    public async Task SIGTERM_ends_silos_in_time_and_leaves_nothing_invisible()
    {
        // A lease that is far longer than the test.
        await using var silos = await StartAsync(lease: TimeSpan.FromMinutes(10));
        var queue = await CreateAsync(silos);
        var started = await silos.StartSilosAsync(2);
        await silos.ReceiveAsync(started, partitions: 4);
        // Slow enough that much is left, however late this process gets to look.
        await SendAsync(queue, 0, Total, milliseconds: 150);
        await Wait.UntilAsync(() => silos.Done.Count > Total / 5 && started.All(s => s.Done.Count > 0), "both silos work", 60, silos.State);

        // Nobody is left who could receive: all that was not handled can be had at once.
        var took = await Task.WhenAll(Array.ConvertAll(started, silo => silo.TerminateAsync()));
        var (ready, inFlight) = await queue.CountAsync();
        Assert.All(took, t => Assert.InRange(t, TimeSpan.Zero, DrainTimeout));
        var handled = silos.Entries.Where(e => e.Kind is 'd' or 'f').Select(e => e.Number).Distinct().Count();
        Assert.InRange(handled, Total / 5, Total - 1);
        Assert.Equal((Total - handled, 0), (ready, inFlight));

        await silos.StartSiloAsync();
        await silos.HasDoneAsync(Total);
        await queue.IsEmptyAsync();
        Figures.Tell(string.Create(
            CultureInfo.InvariantCulture,
            $"{handled} of {Total} handled before SIGTERM, which took {took[0].TotalMilliseconds:0} and {took[1].TotalMilliseconds:0} ms; none invisible, none done twice; {silos.Attempts()}"));
        Assert.Equal(Enumerable.Range(0, Total), silos.Done.Order());
        silos.CheckAttempts();
    }

    private async Task<SiloProcesses> StartAsync(TimeSpan lease)
    {
        server.Need();
        var silos = await SiloProcesses.StartAsync();
        silos.Settings["Eventide:Lease"] = lease.ToString("c", CultureInfo.InvariantCulture);
        silos.Settings["Eventide:DrainTimeout"] = DrainTimeout.ToString("c", CultureInfo.InvariantCulture);
        silos.Settings["EventideSilo:BackstopDelay"] = "00:00:01";
        silos.Settings["EventideSilo:ReminderPeriod"] = "00:00:03";
        return silos;
    }

    private async Task<SqsTestQueue> CreateAsync(SiloProcesses silos)
    {
        var queue = new SqsTestQueue(server, await server.CreateAsync());
        silos.Queue = queue.Uri;
        return queue;
    }

    // Each tenth fails once: its retry is the cluster's, whichever silo goes meanwhile.
    private static Task SendAsync(SqsTestQueue queue, int start, int count, int milliseconds = 40) => queue.SendAsync(Enumerable.Range(start, count).Select(n =>
        new OutgoingMessage($$"""{"n":{{n}},"ms":{{milliseconds}},"fail":{{(n % 10 == 7 ? 1 : 0)}}}""")));
}
