using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Eventide.Orleans.Tests.Engine;

public sealed class LeaseTests
{
    private const int Groups = 12;

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Leases_are_renewed_while_messages_wait_before_their_router()
    {
        using var open = new ManualResetEventSlim();
        var waiting = 0;
        var attempts = new ConcurrentBag<int>();
        await using var cluster = await Cluster.StartAsync(2, (silo, _) => silo.AddEventide(
            e => e.Queue("memory:work", "memory:dead").Configure(o =>
                {
                    o.Lease = Lease;
                    o.Concurrency = 8;
                    o.BufferSize = 40;
                })
                .AddHandler(new HandlerDescriptor("gated", _ => context =>
                {
                    attempts.Add(context.Message.Attempt);
                    return HandlerResult.Done;
                })
                {
                    Predicate = _ =>
                    {
                        // The router itself stands still: what comes behind stays in the stream's cache, or before it.
                        Interlocked.Increment(ref waiting);
                        return open.Wait(TimeSpan.FromSeconds(60));
                    },
                }),
            o => o.Partitions = 4));
        try
        {
            // Two partitions each, of 24 messages each.
            await Wait.UntilAsync(() => cluster.Handles.All(h => cluster.QueuesOf(h).All.Single().ShareOfPartition == 24), "the partitions are dealt out");
            await cluster.SendAsync("work", Enumerable.Range(0, 200).Select(i => $"{i}").ToArray());
            await Wait.UntilAsync(() => waiting == 4 && cluster.Stats.Sum(s => s.Received) == 96, "all routers stand still", state: () => $"{waiting} {string.Join(" | ", cluster.Stats)}");
            await OutlastAsync(cluster, 96);
            Assert.Empty(attempts);
        }
        finally
        {
            open.Set();
        }

        await cluster.DrainedAsync("work");
        Assert.Equal(Enumerable.Repeat(1, 200), attempts);
        Assert.Equal(0, cluster.Stats.Sum(s => s.LeaseLost));
    }

    [Fact]
    public async Task Leases_are_renewed_while_messages_are_parked_and_run_on_whatever_silo()
    {
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var attempts = new ConcurrentBag<int>();
        var running = 0;
        await using var cluster = await Cluster.StartAsync(3, (silo, _) => silo.AddEventide(
            e => e.Queue("memory:work", "memory:dead").Configure(o =>
                {
                    o.Lease = Lease;
                    o.OrderBy = "body.g";
                    o.Concurrency = 32;
                })
                .Handle("body.warm", WarmUp)
                .Handle(null, async (m, _) =>
                {
                    attempts.Add(m.Attempt);
                    Interlocked.Increment(ref running);
                    await open.Task;
                })));

        try
        {
            // Of each ten one runs and nine are parked behind it, most of them on another silo than the one that holds their leases.
            await SendSpreadAsync(cluster, 120);
            await Wait.UntilAsync(() => Volatile.Read(ref running) == 12, "one of each group runs");
            await Wait.UntilAsync(() => RemoteOf(cluster) > 10, "many are run for another silo", state: () => $"{RemoteOf(cluster)}");
            await OutlastAsync(cluster, 120);
            Assert.Equal(12, attempts.Count);
        }
        finally
        {
            open.SetResult();
        }

        await cluster.DrainedAsync("work");
        Assert.Equal(Enumerable.Repeat(1, 120), attempts);
        Assert.Equal(0, cluster.Stats.Sum(s => s.LeaseLost));
    }

    [Fact]
    public async Task A_lost_lease_cancels_the_handler_on_whatever_silo_and_is_no_failure_of_it()
    {
        var attempts = new ConcurrentQueue<Message>();
        var cancelled = 0;
        var hooks = new FailureHooks();
        await using var cluster = await Cluster.StartAsync(3, (silo, _) =>
        {
            silo.AddEventide(
                e => e.Queue("memory:work", "memory:dead").Configure(o =>
                    {
                        o.Lease = Lease;
                        o.OrderBy = "body.g";
                        o.Concurrency = 32;

                        // Not to be used up by what is not the handler's fault.
                        o.Retry.RetryLimit = 0;
                    })
                    .AddHooks(hooks)
                    .Handle("body.warm", WarmUp)
                    .Handle(null, async (m, token) =>
                    {
                        attempts.Enqueue(m);
                        if (m.Attempt == 1)
                        {
                            try
                            {
                                await Task.Delay(Timeout.Infinite, token);
                            }
                            finally
                            {
                                Interlocked.Increment(ref cancelled);
                            }
                        }
                    }));
        });
        await SendSpreadAsync(cluster, 12);
        await Wait.UntilAsync(() => attempts.Count == 12, "all run");
        Assert.InRange(RemoteOf(cluster), 1, 11);
        foreach (var message in attempts)
        {
            cluster.Leases.Lose(message);
        }

        await cluster.DrainedAsync("work");
        Assert.Equal(12, cancelled);
        Assert.Equal(12, attempts.Count(m => m.Attempt == 2));
        Assert.Equal(24, attempts.Count);
        Assert.Empty(await cluster.PeekAsync("dead"));
        Assert.Equal((12, 12 + Groups, 0), (cluster.Stats.Sum(s => s.LeaseLost), cluster.Stats.Sum(s => s.Succeeded), cluster.Stats.Sum(s => s.Failed)));
        Assert.Equal(Enumerable.Repeat(HandlerFailureKind.LeaseLost, 12), hooks.Failures);
    }

    private static int RemoteOf(Cluster cluster) => cluster.Handles.Sum(h => h.SiloHost.Services.GetRequiredService<RemoteSettlements>().Running);

    private static void WarmUp(Message message)
    {
    }

    /// <summary>Sends messages of twelve groups, one by one, so that all silos receive some: first one of each, which make the routers,
    /// then those that are asked for.</summary>
    private static async Task SendSpreadAsync(Cluster cluster, int count)
    {
        for (var i = 0; i < Groups; i++)
        {
            await cluster.SendAsync("work", $"{{\"g\":\"g{i}\",\"warm\":true}}");
            await cluster.DrainedAsync("work");
        }

        for (var i = 0; i < count; i++)
        {
            var before = await cluster.StatsOfAsync("work");
            await cluster.SendAsync("work", $"{{\"g\":\"g{i % Groups}\",\"n\":{i}}}");
            await Wait.UntilAsync(async () => (await cluster.StatsOfAsync("work")).InFlight > before.InFlight, "it is received");
        }
    }

    /// <summary>Waits until every lease has been renewed five times: without that all had run out, several times over.</summary>
    private static async Task OutlastAsync(Cluster cluster, int messages)
    {
        var (start, received) = (cluster.Leases.Renewals, cluster.Stats.Sum(s => s.Received));
        await Wait.UntilAsync(() => cluster.Leases.Renewals >= start + (5 * messages), "leases are renewed", state: () => $"{cluster.Leases.Renewals - start}");
        Assert.Equal(received, cluster.Stats.Sum(s => s.Received));
    }

    private sealed class FailureHooks : EventideHooks
    {
        public ConcurrentQueue<HandlerFailureKind> Failures { get; } = [];

        public override ValueTask OnFailedAsync(Message message, HandlerFailure failure)
        {
            Failures.Enqueue(failure.Kind);
            return ValueTask.CompletedTask;
        }
    }
}
