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
}
