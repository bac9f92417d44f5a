using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Eventide.Orleans.Tests.Router;

public sealed class LaneTests
{
    [Fact]
    public async Task Groups_spread_over_the_silos_and_go_on_to_one_that_joins_one_message_at_a_time()
    {
        const int Groups = 60;
        var order = new ConcurrentDictionary<string, ConcurrentQueue<int>>();
        var running = new ConcurrentDictionary<string, int>();
        var silos = new ConcurrentDictionary<string, ConcurrentDictionary<SiloAddress, bool>>();
        var atOnce = 0;
        await using var cluster = await Cluster.StartAsync(2, (silo, _) => silo.AddEventide(
            e => e.Queue("memory:work", "memory:dead")
                .Configure(o => o.Concurrency = 16)
                .Handle(null, async (m, token) =>
                {
                    if (running.AddOrUpdate(m.Group!, 1, (_, n) => n + 1) > 1)
                    {
                        Interlocked.Increment(ref atOnce);
                    }

                    await Task.Delay(1, token);
                    order.GetOrAdd(m.Group!, _ => new()).Enqueue(m.Json.GetProperty("n").GetInt32());
                    running.AddOrUpdate(m.Group!, 0, (_, n) => n - 1);
                })));

        var sent = 0;
        await SendAsync(10);
        await cluster.DrainedAsync("work", 60);
        Assert.All(cluster.Stats, s => Assert.True(s.Succeeded > 0, $"both silos have lanes: {s}"));

        var added = await cluster.AddSiloAsync();
        var monitor = added.SiloHost.Services.GetRequiredService<EventideMonitor>();
        await Wait.UntilAsync(
            async () =>
            {
                // Work goes on meanwhile: lanes move only between messages.
                await SendAsync(1);
                return monitor.Stats.Sum(s => s.Succeeded) > 0;
            },
            "the new silo has lanes of its own",
            30);
        await SendAsync(10);
        await cluster.DrainedAsync("work", 60);

        Assert.Equal(0, atOnce);
        Assert.Equal(Groups, order.Count);
        Assert.All(order.Values, seen => Assert.Equal(Enumerable.Range(0, sent), seen));

        async Task SendAsync(int each)
        {
            await cluster.SendAsync("work", Enumerable.Range(sent, each).SelectMany(n => Enumerable.Range(0, Groups)
                .Select(g => new OutgoingMessage($"{{\"n\":{n}}}") { Group = $"g{g}" })));
            sent += each;
        }
    }

    [Fact]
    public async Task Groups_whose_silo_dies_go_on_elsewhere_and_keep_nothing_else_waiting()
    {
        var done = new ConcurrentDictionary<string, int>();
        var hold = new TaskCompletionSource();
        await using var cluster = await Cluster.StartAsync(2, (silo, _) => silo.AddEventide(
            e => e.Queue("memory:work", "memory:dead")
                .Configure(o => o.Lease = TimeSpan.FromSeconds(2))
                .Handle(null, async (m, token) =>
                {
                    if (m.Group is not null && m.Attempt == 1)
                    {
                        await hold.Task.WaitAsync(token);
                    }

                    done.AddOrUpdate(m.Text, 1, (_, n) => n + 1);
                })));

        await cluster.SendAsync("work", Enumerable.Range(0, 20).Select(i => new OutgoingMessage($"grouped {i}") { Group = $"g{i}" }));
        await Wait.UntilAsync(() => cluster.Stats.Sum(s => s.InFlight) == 20, "all groups run");
        Assert.All(cluster.Stats, s => Assert.True(s.InFlight > 0, $"on both silos: {s}"));

        await cluster.KillAsync(cluster.Handles[1]);
        await cluster.SendAsync("work", [.. Enumerable.Range(0, 100).Select(i => $"single {i}")]);

        // On a slow machine the dead silo's groups come again meanwhile.
        await Wait.UntilAsync(() => done.Keys.Count(m => m.StartsWith("single", StringComparison.Ordinal)) == 100, "what has no group is done", 60, () => $"{done.Count}");
        hold.SetResult();
        await cluster.DrainedAsync("work", 60);
        Assert.Equal(120, done.Count);
    }
}
