using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;

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
        await cluster.SendAsync("failing", Enumerable.Range(0, 36).Select(i => $"{{\"fault\":\"{new[] { "stock", "card", "asked" }[i % 3]}\"}}").ToArray());
        await cluster.DrainedAsync("failing");
        await Wait.UntilAsync(async () => (await cluster.PeekAsync("dead")).Count >= 36, "all are dead letters", state: async () => $"{(await cluster.PeekAsync("dead")).Count}");

        Assert.True(log.Entries.Any(e => !log.Routers[e.Message.Id].Equals(e.Silo)) && log.Entries.Any(e => log.Routers[e.Message.Id].Equals(e.Silo)), "some are called over silos, some are not");
        var dead = await cluster.PeekAsync("dead");
        Assert.Equal(36, dead.Count);
        foreach (var letter in dead)
        {
            var (attempts, type, reason, kind) = letter.Json.GetProperty("fault").GetString() switch
            {
                "stock" => ("1", typeof(OutOfStockException).FullName, "OutOfStockException: none left", "Exception"),
                "card" => ("3", typeof(CardDeclinedException).FullName, "CardDeclinedException: card 42 declined", "Exception"),
                _ => ("1", null, "not wanted", "DeadLetterRequested"),
            };
            Assert.Equal(attempts, letter.Attributes[DeadLetterHeaders.Attempts]);
            Assert.Equal(type, letter.Attributes.GetValueOrDefault(DeadLetterHeaders.ExceptionType));
            Assert.Equal(reason, letter.Attributes[DeadLetterHeaders.Reason]);
            Assert.Equal(kind, letter.Attributes[DeadLetterHeaders.FailureKind]);
            Assert.Equal(nameof(FailingGrain), letter.Attributes[DeadLetterHeaders.Handler]);
            Assert.Equal(type is not null, letter.Attributes.ContainsKey(DeadLetterHeaders.StackHash));
        }

        Assert.Equal(12 + (12 * 3) + 12, log.Entries.Count);
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

    private static Task<Cluster> StartAsync(int silos, string queue, GrainLog log, Action<EventideOptions>? configure = null) => Cluster.StartAsync(
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
                },
                o => o.BackstopDelay = o.ReminderPeriod = TimeSpan.FromMilliseconds(500));
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
