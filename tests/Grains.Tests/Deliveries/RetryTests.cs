using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.TestingHost;

namespace Eventide.Orleans.Tests.Deliveries;

public sealed class RetryTests
{
    [Fact]
    public async Task A_retry_of_two_seconds_fires_once_from_its_timer()
    {
        var attempts = new ConcurrentQueue<(int Attempt, long At)>();
        await using var cluster = await StartAsync(1, attempts, TimeSpan.FromSeconds(2), _ => { });
        await cluster.SendAsync("work", "{}");
        await cluster.DrainedAsync("work");
        Assert.Equal(1, cluster.Storage.Count);

        await Wait.UntilAsync(() => attempts.Count == 2 && cluster.Storage.Count == 0 && cluster.Reminders.Count == 0, "the retry has been made and forgotten");
        var took = attempts.Last().At - attempts.First().At;
        Assert.InRange(took, 1950, 30_000);
        Assert.Equal([1, 2], attempts.Select(a => a.Attempt));
    }

    [Fact]
    public async Task A_retry_of_two_seconds_fires_once_although_the_silo_that_holds_it_dies()
    {
        var attempts = new ConcurrentQueue<(int Attempt, long At)>();
        var holders = new ConcurrentBag<SiloAddress>();
        await using var cluster = await StartAsync(3, attempts, TimeSpan.FromSeconds(2), silo =>
        {
            silo.Services.AddSingleton<DeliveryProbe>(services => new HolderProbe(services.GetRequiredService<ILocalSiloDetails>().SiloAddress, holders));
            silo.Services.Configure<EventideSiloOptions>(o => o.BackstopDelay = TimeSpan.FromMilliseconds(200));
            silo.Services.Configure<EventideSiloOptions>(o => o.ReminderPeriod = TimeSpan.FromMilliseconds(200));
        });
        await cluster.SendAsync("work", Enumerable.Range(0, 6).Select(i => new OutgoingMessage($"{i}")));
        await Wait.UntilAsync(() => holders.Count == 6, "all are held");
        await cluster.DrainedAsync("work");
        await cluster.KillAsync(cluster.HandleOf(holders.First()));
        Assert.Equal(Enumerable.Repeat(1, 6), attempts.Select(a => a.Attempt));

        await Wait.UntilAsync(() => cluster.Storage.Count == 0 && cluster.Reminders.Count == 0, "all are settled and forgotten", state: () => $"{cluster.Storage.Count} {cluster.Reminders.Count}");
        Assert.Equal(Enumerable.Repeat(1, 6).Concat(Enumerable.Repeat(2, 6)), attempts.Select(a => a.Attempt).Order());
        Assert.True(attempts.Where(a => a.Attempt == 2).Min(a => a.At) - attempts.Min(a => a.At) >= 1950, "none came before its time");
    }

    [Fact]
    public async Task Retries_go_on_in_time_when_the_silo_that_holds_them_is_stopped()
    {
        var attempts = new ConcurrentQueue<(int Attempt, long At)>();
        var holders = new ConcurrentBag<SiloAddress>();
        await using var cluster = await StartAsync(3, attempts, TimeSpan.FromSeconds(5), silo =>
        {
            silo.Services.AddSingleton<DeliveryProbe>(services => new HolderProbe(services.GetRequiredService<ILocalSiloDetails>().SiloAddress, holders));

            // Those that were left to their reminders would not come in the time of this test.
            silo.Services.Configure<EventideSiloOptions>(o => o.BackstopDelay = TimeSpan.FromMinutes(10));
        });
        await cluster.SendAsync("work", Enumerable.Range(0, 24).Select(i => new OutgoingMessage($"{i}")));
        await Wait.UntilAsync(() => holders.Count == 24, "all are held");
        await cluster.DrainedAsync("work");

        // Two, one after the other: what was handed over is handed on.
        await cluster.HandleOf(holders.First()).StopSiloAsync(stopGracefully: true);
        await cluster.Handles.First(h => h.IsActive).StopSiloAsync(stopGracefully: true);
        await Wait.UntilAsync(() => cluster.Storage.Count == 0 && cluster.Reminders.Count == 0, "all are settled and forgotten", 60, () => $"{cluster.Storage.Count} {cluster.Reminders.Count}");
        Assert.Equal(Enumerable.Repeat(1, 24).Concat(Enumerable.Repeat(2, 24)), attempts.Select(a => a.Attempt).Order());
        Assert.Empty(await cluster.PeekAsync("dead"));
    }

    [Theory]
    [InlineData(90)]
    [InlineData(40 * 24 * 3600)]
    public async Task A_long_retry_fires_once_although_a_silo_that_holds_some_dies(int seconds)
    {
        var time = new JumpTime();
        var attempts = new ConcurrentQueue<(int Attempt, long At)>();
        var delay = TimeSpan.FromSeconds(seconds);
        await using var cluster = await StartAsync(3, attempts, delay, silo =>
        {
            silo.Services.AddKeyedSingleton<TimeProvider>(EventideSiloOptions.ProviderName, time);
            silo.Services.Configure<EventideSiloOptions>(o =>
            {
                // Links of a quarter of a second: a chain of reminders in the time of a test.
                o.TimerHorizon = TimeSpan.FromSeconds(1);
                o.BackstopDelay = TimeSpan.FromMilliseconds(100);
                o.MaxReminderDelay = TimeSpan.FromMilliseconds(250);
                o.ReminderPeriod = TimeSpan.FromMilliseconds(250);
            });
        });

        await cluster.SendAsync("work", Enumerable.Range(0, 8).Select(i => new OutgoingMessage($"{i}")));
        await cluster.DrainedAsync("work");
        Assert.Equal(8, cluster.Storage.Count);
        var links = cluster.Reminders.Writes;
        await Wait.UntilAsync(() => cluster.Reminders.Writes >= links + 16, "reminders are chained");

        await cluster.KillAsync(cluster.Handles[2]);
        time.Jump(delay - TimeSpan.FromSeconds(40));
        links = cluster.Reminders.Writes;
        await Wait.UntilAsync(() => cluster.Reminders.Writes >= links + 16, "reminders are chained on the silos that are left");
        Assert.Equal(8, attempts.Count);

        time.Jump(TimeSpan.FromSeconds(41));
        await Wait.UntilAsync(() => cluster.Storage.Count == 0 && cluster.Reminders.Count == 0, "all are settled and forgotten", 60, () => $"{cluster.Storage.Count} {cluster.Reminders.Count}");
        Assert.Equal(Enumerable.Repeat(1, 8).Concat(Enumerable.Repeat(2, 8)), attempts.Select(a => a.Attempt).Order());
    }

    [Fact]
    public async Task A_delivery_grain_that_dies_at_any_step_loses_nothing_and_counts_exactly()
    {
        var attempts = new ConcurrentQueue<(string Step, int Attempt)>();
        var probe = new CrashingProbe();
        await using var cluster = await Cluster.StartAsync(1, (silo, _) =>
        {
            silo.Services.AddSingleton<DeliveryProbe>(probe);
            silo.AddEventide(
                e => e.Queue("memory:work", "memory:dead")
                    .Configure(o =>
                    {
                        o.Retry.RetryLimit = 5;
                        o.Retry.MinBackoff = o.Retry.MaxBackoff = TimeSpan.FromMilliseconds(20);
                        o.Lease = TimeSpan.FromSeconds(2);
                    })
                    .Handle(null, (m, _) =>
                    {
                        // Fails twice, then succeeds; the dead-letter step needs one that is given up.
                        attempts.Enqueue((m.Text, m.Attempt));
                        return Task.FromResult(m.Text == "DeadLetterSent" && m.Attempt > 1 ? HandlerResult.DeadLetter("given up")
                            : attempts.Count(a => a.Step == m.Text) < 3 ? HandlerResult.Retry(TimeSpan.FromMilliseconds(20))
                            : HandlerResult.Success);
                    }),
                o =>
                {
                    o.BackstopDelay = TimeSpan.FromMilliseconds(200);
                    o.ReminderPeriod = TimeSpan.FromMilliseconds(200);
                });
        });

        var steps = Enum.GetNames<DeliveryStep>();
        await cluster.SendAsync("work", steps);
        await cluster.DrainedAsync("work");
        await Wait.UntilAsync(() => cluster.Storage.Count == 0 && cluster.Reminders.Count == 0, "all are settled and forgotten", 60, () => $"{cluster.Storage.Count} {cluster.Reminders.Count} {string.Join(", ", attempts)}");

        Assert.Equal(steps.Order(), probe.Crashed.Order());
        foreach (var step in steps)
        {
            var made = attempts.Where(a => a.Step == step).Select(a => a.Attempt).ToArray();

            // Every attempt has a number of its own, one higher than the last; one that died before it ran has used its number.
            Assert.Equal(made, made.Distinct().Order());
            Assert.Equal(step switch
            {
                nameof(DeliveryStep.AttemptStored) => [1, 3, 4],
                nameof(DeliveryStep.DeadLetterSent) => made.Length == 2 ? [1, 2] : [1, 2, 3],
                _ => [1, 2, 3],
            }, made);
        }

        Assert.InRange((await cluster.PeekAsync("dead")).Count, 1, 2);
    }

    private static Task<Cluster> StartAsync(int silos, ConcurrentQueue<(int Attempt, long At)> attempts, TimeSpan delay, Action<ISiloBuilder> more) =>
        Cluster.StartAsync(anyMayDie: silos > 1, silos: silos, configure: (silo, _) =>
        {
            more(silo);
            silo.AddEventide(e => e.Queue("memory:work", "memory:dead").Handle(null, (m, _) =>
            {
                attempts.Enqueue((m.Attempt, Environment.TickCount64));
                return Task.FromResult(m.Attempt == 1 ? HandlerResult.Retry(delay) : HandlerResult.Success);
            }));
        });

    /// <summary>Tells where deliveries are held.</summary>
    private sealed class HolderProbe(SiloAddress here, ConcurrentBag<SiloAddress> holders) : DeliveryProbe
    {
        public override Task ReachedAsync(DeliveryStep step, DeliveryState state, string key)
        {
            if (step == DeliveryStep.Stored)
            {
                holders.Add(here);
            }

            return Task.CompletedTask;
        }
    }

    /// <summary>Fails each step once, for the message whose body names it: the grain loses all that is not stored.</summary>
    private sealed class CrashingProbe : DeliveryProbe
    {
        private readonly ConcurrentDictionary<string, bool> _crashed = new();

        public IEnumerable<string> Crashed => _crashed.Keys;

        public override Task ReachedAsync(DeliveryStep step, DeliveryState state, string key) =>
            state.Body.AsSpan().SequenceEqual(System.Text.Encoding.UTF8.GetBytes(step.ToString())) && _crashed.TryAdd(step.ToString(), true)
                ? throw new IOException($"the test ends the grain at {step}")
                : Task.CompletedTask;
    }
}
