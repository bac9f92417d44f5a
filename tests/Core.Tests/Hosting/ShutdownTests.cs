using System.Collections.Concurrent;
using Eventide.Tests;

namespace Eventide.Core.Tests.Hosting;

public sealed class ShutdownTests
{
    [Fact]
    public async Task Running_handlers_finish_and_waiting_messages_go_back_without_an_attempt()
    {
        var release = new TaskCompletionSource();
        var worker = new TestWorker(
            e => e.Handle(null, (_, _) => release.Task),
            o =>
            {
                o.Concurrency = 2;
                o.BufferSize = 4;
            });
        await using (worker)
        {
            await worker.SendAsync("1", "2", "3", "4", "5", "6");
            await worker.StartAsync();
            await worker.Until(() => worker.Stats is { InFlight: 2, Buffered: 4 });
            var stopping = worker.StopAsync();
            await Eventually.IsTrue(async () => (await worker.StatsOf(worker.Work)) is { Ready: 4, InFlight: 2 });
            Assert.False(stopping.IsCompleted);
            release.SetResult();
            await Eventually.Ends(stopping);

            Assert.Equal(2, worker.Stats.Succeeded);
            var left = await worker.PeekAsync(worker.Work);
            Assert.Equal(4, left.Count);
        }

        // The next worker gets them as if they had never been out.
        var attempts = new ConcurrentBag<int>();
        await using var next = new TestWorker(e => e.Handle(null, m => attempts.Add(m.Attempt)), time: worker.Time, broker: worker.Broker);
        await next.StartAsync();
        await next.UntilEmpty();
        Assert.Equal([1, 1, 1, 1], attempts);
    }

    [Fact]
    public async Task Handlers_beyond_the_drain_time_are_cancelled_and_their_messages_go_back_without_an_attempt()
    {
        var started = new TaskCompletionSource();
        await using var worker = new TestWorker(
            e => e.Handle(null, async (_, token) =>
            {
                started.TrySetResult();
                await Task.Delay(Timeout.Infinite, token);
            }),
            o =>
            {
                o.DrainTimeout = TimeSpan.FromSeconds(5);
                o.HandlerTimeout = TimeSpan.FromHours(1);
            });
        await worker.SendAsync("{}");
        await worker.StartAsync();
        await Eventually.Ends(started.Task);
        var stopping = worker.StopAsync();
        await worker.Until(() => stopping.IsCompleted, TimeSpan.FromMilliseconds(200));
        await stopping;
        Assert.Equal((0L, 1L, 0L), (worker.Stats.Failed, worker.Stats.Released, worker.Stats.Retried));
        Assert.Equal(1, (await worker.StatsOf(worker.Work)).Ready);

        await using var receiver = worker.Work.OpenReceiver();
        var again = Assert.Single((await receiver.ReceiveAsync(new ReceiveRequest(1, TimeSpan.Zero, TimeSpan.FromSeconds(5)), default)).Messages);
        Assert.Equal(1, again.Message.Attempt);
    }

    [Fact]
    public async Task A_handler_that_ignores_the_end_of_the_drain_time_does_not_hold_up_the_stop()
    {
        var forever = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        await using var worker = new TestWorker(
            e => e.Handle(null, async (_, _) =>
            {
                started.TrySetResult();
                await forever.Task;
            }),
            o =>
            {
                o.DrainTimeout = TimeSpan.FromSeconds(5);
                o.HandlerTimeout = TimeSpan.FromHours(1);
            });
        await worker.SendAsync("{}");
        await worker.StartAsync();
        await Eventually.Ends(started.Task);
        var stopping = worker.StopAsync();
        await worker.Until(() => stopping.IsCompleted, TimeSpan.FromMilliseconds(500));
        Assert.Equal(1, (await worker.StatsOf(worker.Work)).Ready);
        forever.SetResult();
    }
}
