using System.Collections.Concurrent;
using Eventide.Tests;

namespace Eventide.Core.Tests.Hosting;

public sealed class TimeoutTests
{
    [Fact]
    public async Task A_timeout_cancels_the_token_and_counts_as_a_failure()
    {
        var outcomes = new ConcurrentQueue<string>();
        await using var worker = new TestWorker(
            e => e.Handle(null, async (m, token) =>
            {
                if (m.Attempt == 1)
                {
                    try
                    {
                        await Task.Delay(Timeout.Infinite, token);
                    }
                    catch (OperationCanceledException)
                    {
                        outcomes.Enqueue("cancelled");
                        throw;
                    }
                }

                outcomes.Enqueue("done");
            }),
            o => o.HandlerTimeout = TimeSpan.FromSeconds(3));
        await worker.SendAsync("{}");
        await worker.StartAsync();
        await worker.Until(() => worker.Stats.Succeeded == 1, TimeSpan.FromMilliseconds(200));
        Assert.Equal(["cancelled", "done"], outcomes);
        Assert.Equal((1, 1), (worker.Stats.Failed, worker.Stats.Retried));
    }

    [Fact]
    public async Task A_token_is_not_cancelled_for_the_message_after_a_timeout()
    {
        await using var worker = new TestWorker(
            e => e.Handle(null, async (m, token) =>
            {
                if (m.Text == "slow")
                {
                    await Task.Delay(Timeout.Infinite, token);
                }

                token.ThrowIfCancellationRequested();
            }),
            o =>
            {
                o.Concurrency = 1;
                o.HandlerTimeout = TimeSpan.FromSeconds(3);
                o.Retry.RetryLimit = 0;
            });
        await worker.SendAsync("slow", "quick", "quick");
        await worker.StartAsync();
        await worker.Until(() => worker.Stats.Succeeded == 2 && worker.Stats.DeadLettered == 1, TimeSpan.FromMilliseconds(200));
        Assert.Equal(nameof(HandlerFailureKind.Timeout), Assert.Single(await worker.PeekAsync(worker.Dead)).Attributes[DeadLetterHeaders.FailureKind]);
    }

    [Fact]
    public async Task A_handler_that_ignores_its_token_is_reported_and_its_lease_runs_out()
    {
        var forever = new TaskCompletionSource();
        var attempts = new ConcurrentQueue<int>();
        await using var worker = new TestWorker(
            e => e.Handle(null, async (m, _) =>
            {
                attempts.Enqueue(m.Attempt);
                if (m.Attempt == 1)
                {
                    await forever.Task;
                }
            }),
            o =>
            {
                o.Concurrency = 2;
                o.HandlerTimeout = TimeSpan.FromSeconds(3);
                o.StuckAfter = TimeSpan.FromSeconds(2);
                o.Lease = TimeSpan.FromSeconds(6);
            });
        await worker.SendAsync("{}");
        await worker.StartAsync();
        await worker.Until(() => worker.Stats.Stuck == 1, TimeSpan.FromMilliseconds(200));
        Assert.True(worker.Log.Has(400));
        Assert.Equal(1, worker.Stats.InFlight);

        await worker.Until(() => worker.Stats.Succeeded == 1, TimeSpan.FromMilliseconds(200));
        Assert.Equal([1, 2], attempts);

        // Its slot is taken until it comes back, and then free again.
        Assert.Equal(1, worker.Stats.InFlight);
        forever.SetResult();
        await worker.Until(() => worker.Stats.InFlight == 0);
        Assert.True(worker.Log.Has(401));
        Assert.True(worker.Monitor.IsHealthy);
    }

    [Fact]
    public async Task When_every_slot_is_stuck_the_worker_stops_and_what_it_holds_goes_back()
    {
        var forever = new TaskCompletionSource();
        await using var worker = new TestWorker(
            e => e.Handle(null, (_, _) => forever.Task),
            o =>
            {
                o.Concurrency = 2;
                o.BufferSize = 2;
                o.HandlerTimeout = TimeSpan.FromSeconds(3);
                o.StuckAfter = TimeSpan.FromSeconds(2);
            });
        await worker.SendAsync("1", "2", "3", "4");
        await worker.StartAsync();
        await worker.Until(() => worker.Lifetime.ApplicationStopping.IsCancellationRequested, TimeSpan.FromMilliseconds(200));
        Assert.False(worker.Monitor.IsHealthy);
        Assert.True(worker.Log.Has(104));
        Assert.Equal(2, (await worker.StatsOf(worker.Work)).Ready);
        forever.SetResult();
    }

    [Fact]
    public async Task A_handler_that_blocks_its_thread_does_not_keep_the_clock_from_others()
    {
        using var block = new ManualResetEventSlim();
        await using var worker = new TestWorker(
            e => e.Handle("body == 'block'", _ => block.Wait())
                .Handle(null, (_, token) => Task.Delay(Timeout.Infinite, token)),
            o =>
            {
                o.Concurrency = 2;
                o.HandlerTimeout = TimeSpan.FromSeconds(3);
                o.StuckAfter = TimeSpan.FromHours(1);
                o.Retry.RetryLimit = 0;
            });
        await worker.SendAsync("\"block\"", "\"wait\"");
        await worker.StartAsync();
        await worker.Until(() => worker.Stats.DeadLettered == 1, TimeSpan.FromMilliseconds(200));
        Assert.Equal("\"wait\"", Assert.Single(await worker.PeekAsync(worker.Dead)).Text);
        block.Set();
        await worker.Until(() => worker.Stats.DeadLettered + worker.Stats.Succeeded == 2);
    }
}
