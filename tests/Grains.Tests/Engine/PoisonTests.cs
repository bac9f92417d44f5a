using System.Collections.Concurrent;
using Orleans.Hosting;

namespace Eventide.Orleans.Tests.Engine;

public sealed class PoisonTests
{
    [Theory]
    [InlineData(RetryMode.Grain)]
    [InlineData(RetryMode.Queue)]
    public async Task A_poison_message_holds_up_nothing_behind_it_on_its_lane(RetryMode retries)
    {
        var open = new TaskCompletionSource();
        var poisoned = new ConcurrentQueue<int>();
        var good = new ConcurrentDictionary<string, long>();
        await using var cluster = await Cluster.StartAsync(
            1,
            (silo, _) => silo.AddEventide(
                e => e.Queue("memory:work", "memory:dead")
                    .Configure(o =>
                    {
                        o.Retry.RetryLimit = 1;
                        o.Retry.MinBackoff = TimeSpan.FromMilliseconds(50);
                        o.Retry.MaxBackoff = TimeSpan.FromMilliseconds(50);
                    })
                    .Handle("body.poison", async (m, _) =>
                    {
                        poisoned.Enqueue(m.Attempt);
                        await open.Task;
                        throw new InvalidOperationException("poison");
                    })
                    .Handle(null, m => good[m.Text] = Environment.TickCount64),
                o =>
                {
                    // One partition and one lane for groups: all share what can be shared.
                    o.Partitions = 1;
                    o.GroupLanes = 1;
                    o.Retries = retries;
                }));

        try
        {
            await cluster.SendAsync("work", [new OutgoingMessage("""{"poison":true}"""), new OutgoingMessage("""{"poison":true,"g":1}""") { Group = "bad" }]);
            await Wait.UntilAsync(() => poisoned.Count == 2, "both poison messages run");
            await cluster.SendAsync("work", Enumerable.Range(0, 200).Select(i => new OutgoingMessage($"{{\"n\":{i}}}") { Group = i % 2 == 0 ? null : $"g{i % 5}" }));

            // The poison is still being handled, and all behind it are done.
            await Wait.UntilAsync(() => good.Count == 200, "the good messages are done", state: () => $"{good.Count}");
            Assert.Equal(2, poisoned.Count);
        }
        finally
        {
            open.SetResult();
        }

        await cluster.DrainedAsync("work");
        await Wait.UntilAsync(async () => (await cluster.PeekAsync("dead")).Count == 2, "the poison is dead-lettered");
        Assert.Equal([1, 1, 2, 2], poisoned.Order());
        Assert.Equal(0, cluster.Storage.Count);
    }
}
