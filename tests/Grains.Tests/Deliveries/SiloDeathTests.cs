using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Eventide.Orleans.Tests.Deliveries;

/// <summary>The silo that holds a delivery grain is killed while the grain stands at a certain step: nothing it does afterwards reaches
/// storage, reminders or queues any more.</summary>
public sealed class SiloDeathTests(SiloDeathTests.ThreeSilos silos) : IClassFixture<SiloDeathTests.ThreeSilos>
{
    // Which attempts the handler sees. One whose number was stored and that was not run has used its number; one that was run and
    // whose outcome was not stored is run once more.
    [Theory]
    [InlineData(nameof(DeliveryStep.ReminderSet), new[] { 1, 2 })]
    [InlineData(nameof(DeliveryStep.Stored), new[] { 1, 2 })]
    [InlineData(nameof(DeliveryStep.AttemptStored), new[] { 1, 3 })]
    [InlineData(nameof(DeliveryStep.AttemptDone), new[] { 1, 2, 3 })]
    [InlineData(nameof(DeliveryStep.Rescheduled), new[] { 1, 2, 3 })]
    [InlineData(nameof(DeliveryStep.DeadLetterSent), new[] { 1, 2, 3 })]
    [InlineData(nameof(DeliveryStep.Cleared), new[] { 1, 2 })]
    public async Task A_held_delivery_outlives_its_silo(string step, int[] attempts)
    {
        var cluster = await silos.ReadyAsync();
        var death = silos.KillAt(step);
        await cluster.SendAsync("work", step);
        await cluster.KillAsync(cluster.HandleOf(await death.WaitAsync(TimeSpan.FromSeconds(60))));

        await cluster.DrainedAsync("work");
        await Wait.UntilAsync(
            () => cluster.Storage.Count == 0 && cluster.Reminders.Count == 0,
            "the delivery is settled and forgotten",
            state: () => $"{cluster.Storage.Count} {cluster.Reminders.Count} {string.Join(", ", silos.Attempts)}");
        Assert.Equal(attempts, silos.Attempts.Where(a => a.Step == step).Select(a => a.Attempt));
        Assert.Equal(step == nameof(DeliveryStep.DeadLetterSent) ? 2 : 0, (await cluster.PeekAsync("dead")).Count(m => m.Text == step));
    }

    public sealed class ThreeSilos : IAsyncLifetime
    {
        private readonly TaskCompletionSource _end = new();
        private (string Step, TaskCompletionSource<SiloAddress> Reached)? _order;
        private Cluster _cluster = null!;

        internal ConcurrentQueue<(string Step, int Attempt)> Attempts { get; } = [];

        public async ValueTask InitializeAsync() => _cluster = await Cluster.StartAsync(
            3,
            (silo, _) =>
            {
                silo.Services.AddSingleton<DeliveryProbe>(services => new Probe(this, services.GetRequiredService<ILocalSiloDetails>().SiloAddress));
                silo.Services.Configure<ClusterMembershipOptions>(o =>
                {
                    o.ProbeTimeout = TimeSpan.FromMilliseconds(500);
                    o.TableRefreshTimeout = TimeSpan.FromSeconds(1);
                });
                silo.AddEventide(
                    e => e.Queue("memory:work", "memory:dead").Configure(o => o.Lease = TimeSpan.FromSeconds(1)).Handle(null, Handle),
                    o =>
                    {
                        o.BackstopDelay = TimeSpan.FromMilliseconds(200);
                        o.ReminderPeriod = TimeSpan.FromMilliseconds(200);
                    });
            },
            anyMayDie: true);

        public async ValueTask DisposeAsync()
        {
            _end.TrySetResult();
            await _cluster.DisposeAsync();
        }

        /// <summary>The cluster, whole again.</summary>
        internal async Task<Cluster> ReadyAsync()
        {
            while (_cluster.Handles.Count(h => h.IsActive) < 3)
            {
                await _cluster.AddSiloAsync();
            }

            return _cluster;
        }

        /// <summary>Has the grain of the message that names a step stand still there, and tells which silo that is.</summary>
        internal Task<SiloAddress> KillAt(string step)
        {
            var reached = new TaskCompletionSource<SiloAddress>(TaskCreationOptions.RunContinuationsAsynchronously);
            _order = (step, reached);
            return reached.Task;
        }

        private Task<HandlerResult> Handle(Message message, CancellationToken token)
        {
            Attempts.Enqueue((message.Text, message.Attempt));
            return Task.FromResult((message.Text, message.Attempt) switch
            {
                (_, 1) => HandlerResult.Retry(TimeSpan.FromMilliseconds(300)),
                (nameof(DeliveryStep.Rescheduled), 2) => HandlerResult.Retry(TimeSpan.FromMilliseconds(300)),
                (nameof(DeliveryStep.DeadLetterSent), _) => HandlerResult.DeadLetter("given up"),
                _ => HandlerResult.Success,
            });
        }

        private sealed class Probe(ThreeSilos silos, SiloAddress here) : DeliveryProbe
        {
            public override async Task ReachedAsync(DeliveryStep step, DeliveryState state, string key)
            {
                if (silos._order is not { } order || order.Step != step.ToString() || order.Step != Encoding.UTF8.GetString(state.Body) || order.Reached.Task.IsCompleted)
                {
                    return;
                }

                if (step > DeliveryStep.Stored)
                {
                    // The queue's own copy is gone: what follows is by what the cluster has stored alone.
                    await silos._cluster.DrainedAsync("work");
                }

                if (order.Reached.TrySetResult(here))
                {
                    await silos._end.Task;
                    throw new IOException("its silo is dead");
                }
            }
        }
    }
}
