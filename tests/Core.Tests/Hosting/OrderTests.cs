using System.Collections.Concurrent;

namespace Eventide.Core.Tests.Hosting;

public sealed class OrderTests
{
    [Fact]
    public async Task Messages_of_one_group_are_handled_one_at_a_time_and_in_order_others_beside_them()
    {
        var order = new ConcurrentDictionary<string, ConcurrentQueue<string>>();
        var running = new ConcurrentDictionary<string, int>();
        var overlaps = 0;
        await using var worker = new TestWorker(
            e => e.Handle(null, async (m, _) =>
            {
                if (running.AddOrUpdate(m.Group!, 1, (_, n) => n + 1) > 1)
                {
                    Interlocked.Increment(ref overlaps);
                }

                await Task.Yield();
                order.GetOrAdd(m.Group!, _ => new()).Enqueue(m.Text);
                running.AddOrUpdate(m.Group!, 0, (_, n) => n - 1);
            }),
            o => o.Concurrency = 8);
        var messages = Enumerable.Range(0, 200).Select(i => new OutgoingMessage($"{i}") { Group = $"g{i % 5}" }).ToArray();
        await worker.SendAsync(messages);
        await worker.StartAsync();
        await worker.UntilEmpty();
        Assert.Equal(0, overlaps);
        for (var g = 0; g < 5; g++)
        {
            Assert.Equal(Enumerable.Range(0, 40).Select(i => $"{(i * 5) + g}"), order[$"g{g}"]);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("body.customer")]
    public async Task A_failure_holds_back_its_group_only(string? orderBy)
    {
        var seen = new ConcurrentQueue<string>();
        await using var worker = new TestWorker(
            e => e.Handle(null, m =>
            {
                var name = m.Json.GetProperty("name").GetString()!;
                if (name == "a1" && m.Attempt == 1)
                {
                    throw new InvalidOperationException("once");
                }

                seen.Enqueue(name);
            }),
            o =>
            {
                o.OrderBy = orderBy;
                o.Concurrency = 1;
            });
        await worker.SendAsync([.. new[] { "a1", "a2", "b1", "a3", "b2" }.Select(n =>
            new OutgoingMessage($$"""{"name":"{{n}}","customer":"{{n[0]}}"}""") { Group = orderBy is null ? n[..1] : null })]);
        await worker.StartAsync();
        await worker.Until(() => seen.Count == 2);
        Assert.Equal(["b1", "b2"], seen);
        await worker.UntilEmpty();
        Assert.Equal(["b1", "b2", "a1", "a2", "a3"], seen);
    }
}
