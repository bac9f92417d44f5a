using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Runtime.Messaging;

namespace Eventide.Orleans.Tests.Handlers;

public sealed class HandlerGrainTests
{
    [Fact]
    public async Task A_group_has_one_activation_in_the_cluster_which_sees_its_messages_in_order()
    {
        var log = new GrainLog();
        await using var cluster = await StartAsync(3, "by-group", log);
        await cluster.SendAsync("by-group", Enumerable.Range(0, 300).Select(i => new OutgoingMessage(i.ToString(CultureInfo.InvariantCulture)) { Group = $"g{i % 15}" }));
        await cluster.SendAsync("by-group", "no group");
        await cluster.DrainedAsync("by-group");

        Assert.Equal(301, log.Entries.Count);
        foreach (var group in log.Entries.Where(e => e.Message.Group is not null).GroupBy(e => e.Message.Group))
        {
            Assert.All(group, e => Assert.Equal(group.Key, e.Key));
            Assert.Single(group.Select(e => e.Activation).Distinct());
            Assert.Equal(Enumerable.Range(1, 20), group.Select(e => e.Seen));
            Assert.Equal(group.Select(e => int.Parse(e.Message.Text, CultureInfo.InvariantCulture)).Order(), group.Select(e => int.Parse(e.Message.Text, CultureInfo.InvariantCulture)));
        }

        Assert.Equal(15, log.Entries.Where(e => e.Message.Group is not null).Select(e => e.Activation).Distinct().Count());
        Assert.True(log.Entries.Select(e => e.Silo).Distinct().Count() > 1, "the grains are spread");
        var alone = log.Entries.Single(e => e.Message.Group is null);
        Assert.Equal(alone.Message.Id, alone.Key);
    }

    [Fact]
    public async Task A_key_expression_names_the_activation_which_handles_one_message_at_a_time()
    {
        var log = new GrainLog();
        await using var cluster = await StartAsync(3, "by-key", log);
        await cluster.SendAsync("by-key", Enumerable.Range(0, 240).Select(i => new OutgoingMessage(i % 2 == 0 ? $"{{\"customer\":{{\"id\":{i % 12}}}}}" : $"{{\"customer\":{{\"id\":\"c{i % 12}\"}}}}")));
        await cluster.SendAsync("by-key", [new OutgoingMessage("""{"customer":{}}""") { Group = "a group" }, new OutgoingMessage("""{"customer":{"id":null}}"""), new OutgoingMessage("""{"customer":{"id":""}}""")]);
        await cluster.DrainedAsync("by-key");

        Assert.Equal(243, log.Entries.Count);
        var keyed = log.Entries.Where(e => e.Message.Text.Contains("\"id\":", StringComparison.Ordinal) && !e.Message.Text.Contains("null", StringComparison.Ordinal) && !e.Message.Text.Contains("\"\"", StringComparison.Ordinal)).ToList();
        Assert.Equal(["0", "10", "2", "4", "6", "8", "c1", "c11", "c3", "c5", "c7", "c9"], keyed.Select(e => e.Key).Distinct().Order(StringComparer.Ordinal));
        foreach (var key in keyed.GroupBy(e => e.Key))
        {
            Assert.Single(key.Select(e => e.Activation).Distinct());
            Assert.Equal(Enumerable.Range(1, 20), key.Select(e => e.Seen));
        }

        Assert.True(keyed.Select(e => e.Silo).Distinct().Count() > 1, "the grains are spread");
        Assert.True(keyed.Any(e => !log.Routers[e.Message.Id].Equals(e.Silo)), "some are called over silos");
        Assert.DoesNotContain(log.Entries, e => e.Overlapped);
        foreach (var other in log.Entries.Except(keyed))
        {
            Assert.Equal(other.Message.Group ?? other.Message.Id, other.Key);
        }
    }

    [Fact]
    public async Task A_stateless_worker_runs_on_the_silo_of_its_router()
    {
        var log = new GrainLog();
        await using var cluster = await StartAsync(3, "beside", log);
        await cluster.SendAsync("beside", Enumerable.Range(0, 300).Select(i => new OutgoingMessage($"{i}") { Group = i % 2 == 0 ? $"g{i % 30}" : null }));
        await cluster.DrainedAsync("beside");

        Assert.Equal(300, log.Entries.Count);
        Assert.All(log.Entries, e => Assert.Equal(log.Routers[e.Message.Id], e.Silo));
        Assert.True(log.Entries.Select(e => e.Silo).Distinct().Count() > 1, "more than one silo works");
    }

    [Fact]
    public async Task A_failing_grain_is_retried_by_its_exception_and_its_dead_letter_tells_the_cause()
    {
        var log = new GrainLog();
        await using var cluster = await StartAsync(3, "failing", log);
        await cluster.SendAsync("failing", Enumerable.Range(0, 60).Select(i => $"{{\"fault\":\"{new[] { "stock", "card", "asked", "silo", "connection" }[i % 5]}\"}}").ToArray());
        await cluster.DrainedAsync("failing");
        await Wait.UntilAsync(async () => (await cluster.PeekAsync("dead")).Count >= 60, "all are dead letters", state: async () => $"{(await cluster.PeekAsync("dead")).Count}");

        Assert.True(log.Entries.Any(e => !log.Routers[e.Message.Id].Equals(e.Silo)) && log.Entries.Any(e => log.Routers[e.Message.Id].Equals(e.Silo)), "some are called over silos, some are not");
        var dead = await cluster.PeekAsync("dead");
        Assert.Equal(60, dead.Count);
        foreach (var letter in dead)
        {
            var (attempts, type, reason, kind) = letter.Json.GetProperty("fault").GetString() switch
            {
                "stock" => ("1", typeof(OutOfStockException).FullName, "OutOfStockException: none left", "Exception"),
                "card" => ("3", typeof(CardDeclinedException).FullName, "CardDeclinedException: card 42 declined", "Exception"),

                // What the handler met in a call of its own, not what became of the call to it.
                "silo" => ("1", typeof(SiloUnavailableException).FullName, "SiloUnavailableException: another grain's", "Exception"),
                "connection" => ("1", typeof(ConnectionFailedException).FullName, "ConnectionFailedException: another grain's", "Exception"),
                _ => ("1", null, "not wanted", "DeadLetterRequested"),
            };
            Assert.Equal(attempts, letter.Attributes[DeadLetterHeaders.Attempts]);
            Assert.Equal(type, letter.Attributes.GetValueOrDefault(DeadLetterHeaders.ExceptionType));
            Assert.Equal(reason, letter.Attributes[DeadLetterHeaders.Reason]);
            Assert.Equal(kind, letter.Attributes[DeadLetterHeaders.FailureKind]);
            Assert.Equal(nameof(FailingGrain), letter.Attributes[DeadLetterHeaders.Handler]);
            Assert.Equal(type is not null, letter.Attributes.ContainsKey(DeadLetterHeaders.StackHash));
        }

        Assert.Equal((12 * 4) + (12 * 3), log.Entries.Count);

        // Wherever it was thrown: equal faults can be grouped.
        foreach (var fault in dead.Where(d => d.Attributes.ContainsKey(DeadLetterHeaders.StackHash)).GroupBy(d => d.Attributes[DeadLetterHeaders.ExceptionType]))
        {
            Assert.Single(fault.Select(d => d.Attributes[DeadLetterHeaders.StackHash]).Distinct());
        }
    }

    [Fact]
    public async Task A_timeout_cancels_the_token_of_a_grain_on_whatever_silo()
    {
        var log = new GrainLog();
        await using var cluster = await StartAsync(3, "slow", log);
        await cluster.SendAsync("slow", Enumerable.Range(0, 24).Select(i => $"{i}").ToArray());
        await Wait.UntilAsync(async () => (await cluster.PeekAsync("dead")).Count == 24, "all have timed out", state: async () => $"{(await cluster.PeekAsync("dead")).Count}");

        Assert.True(log.Entries.Any(e => !log.Routers[e.Message.Id].Equals(e.Silo)), "some are called over silos");
        Assert.Equal(24, log.Cancelled);
        Assert.All(await cluster.PeekAsync("dead"), d => Assert.Equal("Timeout", d.Attributes[DeadLetterHeaders.FailureKind]));
        Assert.Equal(24, log.Entries.Count);
    }

    [Fact]
    public async Task A_grain_that_goes_on_after_its_time_is_stuck_and_keeps_its_slot()
    {
        var log = new GrainLog();
        await using var cluster = await StartAsync(2, "deaf", log, o =>
        {
            o.StuckAfter = TimeSpan.FromMilliseconds(200);
            o.Retry.RetryLimit = 0;
        });
        try
        {
            await cluster.SendAsync("deaf", Enumerable.Range(0, 24).Select(i => $"{i}").ToArray());
            await Wait.UntilAsync(() => cluster.Stats.Sum(s => s.Stuck) == 24, "all are found stuck", state: () => $"{string.Join(" | ", cluster.Stats)}, {log.Inside} inside");
            Assert.Equal(24, log.Inside);
            Assert.True(log.Entries.Any(e => !log.Routers[e.Message.Id].Equals(e.Silo)), "some are called over silos");
        }
        finally
        {
            log.Gate.SetResult();
        }

        await cluster.DrainedAsync("deaf");
        Assert.Equal(24, (await cluster.PeekAsync("dead")).Count);
        await Wait.UntilAsync(() => cluster.Stats.Sum(s => s.InFlight) == 0, "all slots are free again");
    }

    [Fact]
    public async Task A_grain_whose_silo_dies_in_the_middle_is_called_again_elsewhere()
    {
        var log = new GrainLog();
        await using var cluster = await StartAsync(3, "dying", log, o => o.Lease = TimeSpan.FromSeconds(2));
        await cluster.SendAsync("dying", Enumerable.Range(0, 18).Select(i => $"{i}").ToArray());
        await Wait.UntilAsync(() => log.Entries.Count == 18, "all are in their grains");
        var victim = log.Entries.First(e => !log.Routers[e.Message.Id].Equals(e.Silo)).Silo;
        var lost = log.Entries.Count(e => e.Silo.Equals(victim));
        await cluster.KillAsync(cluster.HandleOf(victim));
        await Wait.UntilAsync(() => log.Entries.Count >= 18 + lost, "those of the dead silo are called again", state: () => $"{log.Entries.Count} {lost}");
        log.Gate.SetResult();

        await cluster.DrainedAsync("dying");
        await Wait.UntilAsync(() => cluster.Storage.Count == 0 && cluster.Reminders.Count == 0, "no delivery is held any more", state: () => $"{cluster.Storage.Count} {cluster.Reminders.Count}");
        Assert.Empty(await cluster.PeekAsync("dead"));
        Assert.Equal(18, log.Entries.Where(e => !e.Silo.Equals(victim)).Select(e => e.Message.Id).Distinct().Count());
    }

    [Theory]
    [InlineData(RetryMode.Grain)]
    [InlineData(RetryMode.Queue)]
    public async Task The_death_of_a_grains_silo_does_not_count_against_the_retry_limit(RetryMode retries)
    {
        var (log, victim, dead) = await DieOnceAsync(retries, crashAllowance: 1);
        Assert.Empty(dead);
        var again = log.Entries.Where(e => e.Message.Attempt > 1).ToList();
        Assert.All(log.Entries.Where(e => e.Silo.Equals(victim)), e => Assert.Contains(again, a => a.Message.Id == e.Message.Id));
        Assert.All(again, e => Assert.Equal(2, e.Message.Attempt));
    }

    [Theory]
    [InlineData(RetryMode.Grain)]
    [InlineData(RetryMode.Queue)]
    public async Task A_message_whose_grains_silo_dies_more_often_than_is_allowed_is_given_up(RetryMode retries)
    {
        var (log, victim, dead) = await DieOnceAsync(retries, crashAllowance: 0);

        // Those that the dead silo had received come again as well, and are given up with them: their deliveries count alike.
        var lost = log.Entries.Where(e => e.Silo.Equals(victim) || log.Routers[e.Message.Id].Equals(victim)).Select(e => e.Message.Text);
        Assert.Equal(lost.Order(StringComparer.Ordinal), dead.Select(d => d.Text).Order(StringComparer.Ordinal));
        Assert.All(dead, d => Assert.Equal("delivered 2 times without being settled: it seems to end the process", d.Attributes[DeadLetterHeaders.Reason]));
        Assert.Equal(18, log.Entries.Count);
    }

    [Fact]
    public async Task While_the_cluster_does_not_know_that_a_silo_is_dead_the_messages_of_its_grains_wait()
    {
        var log = new GrainLog();
        await using var cluster = await StartAsync(2, "by-key", log, o => o.Lease = TimeSpan.FromSeconds(2));
        await cluster.SendAsync("by-key", Enumerable.Range(0, 20).Select(i => $"{{\"customer\":{{\"id\":{i}}}}}").ToArray());
        await cluster.DrainedAsync("by-key");
        var victim = log.Entries.First().Silo;
        var there = log.Entries.Where(e => e.Silo.Equals(victim)).Select(e => e.Key).ToList();

        await cluster.KillAsync(cluster.HandleOf(victim));
        await cluster.SendAsync("by-key", there.SelectMany(key => Enumerable.Repeat($"{{\"customer\":{{\"id\":{key}}}}}", 5)).ToArray());
        await cluster.DrainedAsync("by-key", 60);

        Assert.Empty(await cluster.PeekAsync("dead"));
        var after = log.Entries.Skip(20).ToList();
        Assert.Equal(5 * there.Count, after.Select(e => e.Message.Id).Distinct().Count());
        Assert.All(after, e => Assert.False(e.Silo.Equals(victim)));
        Assert.Equal(0, cluster.Stats.Sum(s => s.Failed + s.DeadLettered));
    }

    [Theory]
    [InlineData("never")]
    [InlineData("never-beside")]
    public async Task A_silo_ends_although_a_grain_on_it_never_returns_and_the_message_comes_again(string queue)
    {
        var log = new GrainLog();
        await using var cluster = await StartAsync(2, queue, log, o =>
        {
            o.DrainTimeout = TimeSpan.FromSeconds(1);
            o.StuckAfter = TimeSpan.FromMilliseconds(500);
            o.Lease = TimeSpan.FromSeconds(2);
            o.Retry.RetryLimit = 0;
        });
        try
        {
            // Enough that one of the stateful ones is called from the other silo; a stateless worker has few places.
            var count = queue == "never" ? 12 : 1;
            await cluster.SendAsync(queue, Enumerable.Range(0, count).Select(i => $"{i}").ToArray());
            await Wait.UntilAsync(() => log.Entries.Count == count, "all are in their grains");
            var victim = (log.Entries.FirstOrDefault(e => !log.Routers[e.Message.Id].Equals(e.Silo)) ?? log.Entries.First()).Silo;
            var there = log.Entries.Where(e => e.Silo.Equals(victim) || log.Routers[e.Message.Id].Equals(victim)).Select(e => e.Message.Id).ToHashSet();

            var silo = cluster.HandleOf(victim);
            await silo.StopSiloAsync(stopGracefully: true).WaitAsync(TimeSpan.FromSeconds(60));
            await silo.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));
            await Wait.UntilAsync(() => log.Entries.Where(e => !e.Silo.Equals(victim)).Select(e => e.Message.Id).ToHashSet().IsSupersetOf(there), "they are called again elsewhere", 60);
        }
        finally
        {
            log.Gate.SetResult();
        }

        await cluster.DrainedAsync(queue, 60);
        Assert.Empty(await cluster.PeekAsync("dead"));
    }

    /// <summary>18 messages are with their grains when a silo dies which has some of them; the others are done. Waits until nothing is left.</summary>
    private static async Task<(GrainLog Log, SiloAddress Victim, IReadOnlyList<Message> Dead)> DieOnceAsync(RetryMode retries, int crashAllowance)
    {
        var log = new GrainLog();
        await using var cluster = await StartAsync(
            3,
            "dying",
            log,
            o =>
            {
                o.Lease = TimeSpan.FromSeconds(2);
                o.Retry.RetryLimit = 0;
                o.CrashAllowance = crashAllowance;
            },
            o => o.Retries = retries);
        await cluster.SendAsync("dying", Enumerable.Range(0, 18).Select(i => $"{i}").ToArray());
        await Wait.UntilAsync(() => log.Entries.Count == 18, "all are in their grains");
        var victim = log.Entries.First(e => !log.Routers[e.Message.Id].Equals(e.Silo)).Silo;
        await cluster.KillAsync(cluster.HandleOf(victim));
        log.Gate.SetResult();

        await cluster.DrainedAsync("dying", 60);
        await Wait.UntilAsync(() => cluster.Storage.Count == 0 && cluster.Reminders.Count == 0, "no delivery is held any more", state: () => $"{cluster.Storage.Count} {cluster.Reminders.Count}");
        return (log, victim, await cluster.PeekAsync("dead"));
    }

    private static Task<Cluster> StartAsync(int silos, string queue, GrainLog log, Action<EventideOptions>? configure = null, Action<EventideSiloOptions>? configureSilo = null) => Cluster.StartAsync(
        silos,
        (silo, _) =>
        {
            silo.Services.AddSingleton(log);
            silo.AddEventide(
                e =>
                {
                    e.Queue($"memory:{queue}", "memory:dead").Configure(o =>
                    {
                        o.Concurrency = 32;
                        configure?.Invoke(o);
                    });
                    e.Services.AddSingleton<IMessageMiddleware, RouterNote>();

                    // A silo that does not end by itself is not to be ended by its host's patience.
                    e.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMinutes(10));
                },
                o =>
                {
                    o.BackstopDelay = o.ReminderPeriod = TimeSpan.FromMilliseconds(500);
                    configureSilo?.Invoke(o);
                });
        },
        anyMayDie: true);

    /// <summary>Notes on which silo a message is run: that of its router.</summary>
    private sealed class RouterNote(GrainLog log, ILocalSiloDetails here) : IMessageMiddleware
    {
        public Task<HandlerResult> InvokeAsync(MessageContext context, MessageDelegate next)
        {
            log.Routers[context.Message.Id] = here.SiloAddress;
            return next(context);
        }
    }
}
