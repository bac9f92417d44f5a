using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;

namespace Eventide.Orleans.Tests.Engine;

public sealed class ClusterTests
{
    [Fact]
    public async Task A_silo_killed_and_one_added_lose_nothing_and_repeat_only_what_was_in_flight()
    {
        const int Total = 20_000;
        var done = new ConcurrentDictionary<int, int>();
        await using var cluster = await Cluster.StartAsync(3, (silo, _) => silo.AddEventide(
            e => e.Queue("memory:work", "memory:dead")
                .Configure(o =>
                {
                    o.Concurrency = 32;
                    o.BufferSize = 32;
                    o.Lease = TimeSpan.FromSeconds(3);
                })
                .Handle(null, async (m, token) =>
                {
                    await Task.Delay(2, token);
                    done.AddOrUpdate(m.Json.GetProperty("n").GetInt32(), 1, (_, n) => n + 1);
                })));

        // Some in groups, which may be routed on another silo than the one that holds their leases.
        await SendAsync(0, Total / 2);
        await Wait.UntilAsync(() => done.Count > Total / 8, "work goes on", 60);
        Assert.All(cluster.Stats, s => Assert.True(s.Succeeded > 0, $"every silo works: {s}"));

        var victim = cluster.Handles[1];
        var held = await cluster.KillAsync(victim);
        var added = await cluster.AddSiloAsync();
        await SendAsync(Total / 2, Total / 2);
        var since = Stopwatch.StartNew();
        var monitor = added.SiloHost.Services.GetRequiredService<EventideMonitor>();
        await Wait.UntilAsync(() => monitor.Stats.Any(s => s.Succeeded > 0), "the new silo works", 10);
        TestContext.Current.SendDiagnosticMessage($"work on the new silo after {since.ElapsedMilliseconds} ms; the killed one held {held}");

        await cluster.DrainedAsync("work", 90);
        Assert.Equal(Total, done.Count);
        var repeated = done.Values.Sum(n => n - 1);

        // In flight: what the killed silo had, and what the others had sent to its routers and give back when it is dead.
        var released = cluster.Stats.Sum(s => s.Released);
        TestContext.Current.SendDiagnosticMessage($"{repeated} repeated; in flight {held} on the killed silo, {released} given back by the others");
        Assert.True(repeated <= held + released, $"{repeated} were repeated, {held} + {released} were in flight; {string.Join(" | ", cluster.Stats)}");
        Assert.Empty(await cluster.PeekAsync("dead"));

        Task SendAsync(int start, int count) => cluster.SendAsync(
            "work", Enumerable.Range(start, count).Select(i => new OutgoingMessage($"{{\"n\":{i}}}") { Group = i % 10 == 0 ? $"g{i % 70}" : null }));
    }
}
