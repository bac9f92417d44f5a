using System.Collections.Concurrent;
using System.Diagnostics;
using Orleans.Hosting;

namespace Eventide.Orleans.Tests.Engine;

public sealed class StopTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_silo_stops_in_time_although_a_handler_never_returns_and_its_message_comes_again(bool isHeld)
    {
        var attempts = new ConcurrentQueue<int>();
        var runs = 0;
        var neverEnds = new TaskCompletionSource();
        await using var cluster = await Cluster.StartAsync(
            2,
            (silo, _) => silo.AddEventide(e => e.Queue("memory:work", "memory:dead").Configure(o =>
                {
                    o.DrainTimeout = TimeSpan.FromSeconds(1);
                    o.StuckAfter = TimeSpan.FromMilliseconds(500);
                    o.Lease = TimeSpan.FromSeconds(2);
                })
                .Handle(null, async (m, _) =>
                {
                    attempts.Enqueue(m.Attempt);
                    if (isHeld && m.Attempt == 1)
                    {
                        return HandlerResult.Retry(TimeSpan.FromMilliseconds(10));
                    }

                    if (Interlocked.Increment(ref runs) > 1)
                    {
                        return HandlerResult.Success;
                    }

                    await neverEnds.Task;
                    return HandlerResult.Success;
                }),
                // Held or not, it does not wait for a reminder.
                o => o.BackstopDelay = TimeSpan.FromMinutes(10)),
            anyMayDie: true);
        try
        {
            await cluster.SendAsync("work", "{}");
            await Wait.UntilAsync(() => Volatile.Read(ref runs) == 1, "it runs");
            var victim = cluster.Handles.Single(h => cluster.QueuesOf(h).All.Single().Stats.InFlight == 1);

            var since = Stopwatch.StartNew();
            await victim.StopSiloAsync(stopGracefully: true).WaitAsync(TimeSpan.FromSeconds(60), CancellationToken.None);
            await victim.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60), CancellationToken.None);
            Assert.InRange(since.Elapsed.TotalSeconds, 1, 40);

            await cluster.DrainedAsync("work");
            await Wait.UntilAsync(() => Volatile.Read(ref runs) == 2, "it comes again", state: () => string.Join(", ", attempts));
            await Wait.UntilAsync(() => cluster.Storage.Count == 0 && cluster.Reminders.Count == 0, "nothing is held any more");

            // A shutdown is no attempt.
            Assert.Equal(isHeld ? [1, 2, 2] : [1, 1], attempts);
            Assert.Empty(await cluster.PeekAsync("dead"));
        }
        finally
        {
            neverEnds.SetResult();
        }
    }
}
