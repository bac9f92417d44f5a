using System.Collections.Concurrent;
using Orleans.Hosting;

namespace Eventide.Orleans.Tests.Engine;

public sealed class OneSiloTests
{
    [Fact]
    public async Task A_message_is_routed_handled_and_acknowledged()
    {
        var seen = new ConcurrentBag<string>();
        await using var cluster = await Cluster.StartAsync(1, (silo, _) => silo.AddEventide(e => e
            .Queue("memory:orders", "memory:dead")
            .Handle("body.total > 100", m => seen.Add("big " + m.Json.GetProperty("total")))
            .Handle("body.total <= 100", m => seen.Add("small"))));
        await cluster.SendAsync("orders", """{"total":150}""", """{"total":50}""", """{"none":1}""");
        await cluster.DrainedAsync("orders");

        Assert.Equal(["big 150", "small"], seen.Order());
        var stats = Assert.Single(cluster.Stats);
        Assert.Equal((3, 2, 0, 1, 1), (stats.Received, stats.Succeeded, stats.Failed, stats.Unmatched, stats.DeadLettered));
        Assert.Equal("""{"none":1}""", Assert.Single(await cluster.PeekAsync("dead")).Text);
    }

    [Fact]
    public async Task Handlers_that_block_their_threads_leave_one_to_the_rest()
    {
        const int Slots = 100;
        using var open = new ManualResetEventSlim();
        var running = 0;
        await using var cluster = await Cluster.StartAsync(1, (silo, _) => silo.AddEventide(e => e
            .Queue("memory:work")
            .Configure(o =>
            {
                o.Concurrency = Slots;
                o.Lease = TimeSpan.FromSeconds(2);
            })
            .Handle(null, _ =>
            {
                Interlocked.Increment(ref running);
                open.Wait(TimeSpan.FromSeconds(60));
            })));
        try
        {
            // The pool's own growth would take a minute and more to this.
            ThreadPool.GetMinThreads(out var threads, out _);
            Assert.True(threads > Slots, $"{threads}");
            await cluster.SendAsync("work", [.. Enumerable.Repeat("{}", Slots)]);
            await Wait.UntilAsync(() => Volatile.Read(ref running) == Slots, "all run", state: () => $"{running}");
            var renewals = cluster.Leases.Renewals;
            await Wait.UntilAsync(() => cluster.Leases.Renewals >= renewals + (3 * Slots), "leases are renewed");
        }
        finally
        {
            open.Set();
        }

        await cluster.DrainedAsync("work");
        var stats = Assert.Single(cluster.Stats);
        Assert.Equal((Slots, Slots, 0), (stats.Received, stats.Succeeded, stats.LeaseLost));
    }
}
