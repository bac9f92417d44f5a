using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Eventide.Queues;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Hosting;

namespace Eventide.Orleans.Tests.Engine;

/// <summary>The same handlers and rules, the same random messages with failures: in one process and on a silo.</summary>
public sealed class SameSettlementTests
{
    [Theory]
    [InlineData(DispatchMode.FirstMatch, RetryMode.Grain, UnmatchedPolicy.DeadLetter, 1)]
    [InlineData(DispatchMode.FirstMatch, RetryMode.Queue, UnmatchedPolicy.DeadLetter, 2)]
    [InlineData(DispatchMode.AllMatches, RetryMode.Grain, UnmatchedPolicy.DeadLetter, 3)]
    [InlineData(DispatchMode.AllMatches, RetryMode.Queue, UnmatchedPolicy.Acknowledge, 5)]
    [InlineData(DispatchMode.ExactlyOne, RetryMode.Grain, UnmatchedPolicy.DeadLetter, 4)]
    [InlineData(DispatchMode.ExactlyOne, RetryMode.Queue, UnmatchedPolicy.Acknowledge, 6)]
    [InlineData(DispatchMode.FirstMatch, RetryMode.Grain, UnmatchedPolicy.Acknowledge, 7)]
    public async Task Both_engines_settle_the_same_messages_alike(DispatchMode dispatch, RetryMode retries, UnmatchedPolicy unmatched, int seed)
    {
        var messages = Generate(seed, 120);
        var inProcess = await RunInOneProcessAsync(messages, dispatch, unmatched);
        var onSilo = await RunOnSiloAsync(messages, dispatch, retries, unmatched);

        Assert.Equal(inProcess.Dead, onSilo.Dead);
        Assert.Equal(inProcess.Attempts.Order(StringComparer.Ordinal), onSilo.Attempts.Order(StringComparer.Ordinal));
        if (dispatch == DispatchMode.AllMatches && retries == RetryMode.Grain)
        {
            // Two deliveries of one message that fail together come back together in one process, and are one retry there.
            onSilo = onSilo with { Counts = onSilo.Counts with { Retried = inProcess.Counts.Retried } };
        }

        Assert.Equal(inProcess.Counts, onSilo.Counts);
        Assert.True(inProcess.Dead.Count > 10 && inProcess.Counts.Succeeded > 10, "the input exercises both");
        Assert.Contains(inProcess.Attempts, a => a.EndsWith("attempt 3", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_message_that_no_handler_takes_is_released_for_a_lease_as_in_one_process()
    {
        var received = new ConcurrentQueue<int>();
        var hooks = new ReceivedHooks(received);
        await using var cluster = await Cluster.StartAsync(1, (silo, _) => silo.AddEventide(e => e
            .Queue("memory:in", "memory:dead")
            .AddHooks(hooks)
            .Configure(o =>
            {
                o.Unmatched = UnmatchedPolicy.Release;
                o.Lease = TimeSpan.FromSeconds(1);
            })
            .Handle("attempt >= `3`", static _ => { })));
        var since = Stopwatch.StartNew();
        await cluster.SendAsync("in", "{}");
        await Wait.UntilAsync(() => cluster.Stats.Sum(s => s.Unmatched) == 1, "nobody takes it");
        await Wait.UntilAsync(async () => await cluster.StatsOfAsync("in") is { Delayed: 1, InFlight: 0 }, "it waits in its queue");
        await cluster.DrainedAsync("in");

        Assert.Equal([1, 2, 3], received);
        Assert.True(since.Elapsed >= TimeSpan.FromSeconds(1.9), $"twice the visibility time is over: {since.Elapsed}");
        var stats = Assert.Single(cluster.Stats);
        Assert.Equal((2, 2, 1, 0, 0), (stats.Unmatched, stats.Released, stats.Succeeded, stats.Failed, stats.DeadLettered));
        Assert.Empty(await cluster.PeekAsync("dead"));
    }

    private sealed class ReceivedHooks(ConcurrentQueue<int> received) : EventideHooks
    {
        public override ValueTask OnReceivedAsync(Message message)
        {
            received.Enqueue(message.Attempt);
            return ValueTask.CompletedTask;
        }
    }

    private static List<OutgoingMessage> Generate(int seed, int count)
    {
        var random = new Random(seed);
        string[] steps = ["ok", "ok", "ok", "throw", "argument", "retry", "dead"];
        return
        [
            .. Enumerable.Range(0, count).Select(i =>
            {
                var script = Enumerable.Range(0, 4).Select(_ => steps[random.Next(steps.Length)]).ToArray();
                var body = JsonSerializer.Serialize(new { n = i, kind = "abcd"[random.Next(4)].ToString(), big = random.Next(3) == 0, script });
                return new OutgoingMessage(random.Next(15) == 0 ? $"{i} is no JSON" : body)
                {
                    Group = random.Next(4) == 0 ? $"group{random.Next(3)}" : null,
                    Attributes = new Dictionary<string, string> { ["n"] = i.ToString(CultureInfo.InvariantCulture) },
                };
            }),
        ];
    }

    private static void Configure(EventideBuilder eventide, ConcurrentBag<string> attempts, DispatchMode dispatch, UnmatchedPolicy unmatched)
    {
        eventide.Queue("memory:in", "memory:dead")
            .Configure(o =>
            {
                o.Dispatch = dispatch;
                o.Unmatched = unmatched;
                o.Retry.RetryLimit = 2;
                o.Retry.MinBackoff = TimeSpan.FromMilliseconds(1);
                o.Retry.MaxBackoff = TimeSpan.FromMilliseconds(20);
            })
            .AddHandler(Scripted("a", "body.kind == 'a'", attempts))
            .AddHandler(Scripted("b", "body.kind == 'b'", attempts, typeof(ArgumentException)))
            .AddHandler(Scripted("big", "body.big", attempts))
            .Handle<int[]>("body.kind == 'c'", (_, _, _) => HandlerResult.Done, "typed");
    }

    private static HandlerDescriptor Scripted(string name, string rule, ConcurrentBag<string> attempts, Type? retryFor = null) => new(name, _ => context =>
    {
        var message = context.Message;
        attempts.Add($"{message.Attributes["n"]} {name} attempt {message.Attempt}");
        return message.Json.GetProperty("script")[Math.Min(message.Attempt, 4) - 1].GetString() switch
        {
            "throw" => throw new InvalidOperationException("scripted"),
            "argument" => throw new ArgumentException("scripted"),
            "retry" => Task.FromResult(HandlerResult.Retry(TimeSpan.FromMilliseconds(3), "scripted")),
            "dead" => Task.FromResult(HandlerResult.DeadLetter("scripted")),
            _ => HandlerResult.Done,
        };
    })
    {
        Rules = [rule],
        RetryFor = retryFor is null ? [] : [retryFor.FullName!],
    };

    private static async Task<Outcome> RunInOneProcessAsync(List<OutgoingMessage> messages, DispatchMode dispatch, UnmatchedPolicy unmatched)
    {
        var broker = new MemoryBroker();
        var attempts = new ConcurrentBag<string>();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(broker);
        builder.Services.AddSingleton<IQueueProvider>(new MemoryQueueProvider(broker));
        builder.Services.AddEventide(e =>
        {
            Configure(e, attempts, dispatch, unmatched);
            e.Configure(o => o.UntilEmpty = true);
        });
        using var host = builder.Build();
        await using (var sender = broker.GetQueue("in").OpenSender())
        {
            await sender.SendAllAsync(messages, CancellationToken.None);
        }

        var monitor = host.Services.GetRequiredService<EventideMonitor>();
        await host.RunAsync();
        return await Outcome.OfAsync(broker, attempts, monitor.Stats);
    }

    private static async Task<Outcome> RunOnSiloAsync(List<OutgoingMessage> messages, DispatchMode dispatch, RetryMode retries, UnmatchedPolicy unmatched)
    {
        var attempts = new ConcurrentBag<string>();
        await using var cluster = await Cluster.StartAsync(1, (silo, _) => silo.AddEventide(
            e => Configure(e, attempts, dispatch, unmatched),
            o => o.Retries = retries));
        await cluster.SendAsync("in", messages);
        await cluster.DrainedAsync("in");
        await Wait.UntilAsync(() => cluster.Storage.Count == 0 && cluster.Reminders.Count == 0, "no delivery is held any more", state: () => $"{cluster.Storage.Count} held");
        return await Outcome.OfAsync(cluster.Broker, attempts, cluster.Stats);
    }

    private sealed record Outcome(List<string> Dead, List<string> Attempts, (long Succeeded, long Failed, long Retried, long DeadLettered, long Unmatched) Counts)
    {
        public static async Task<Outcome> OfAsync(MemoryBroker broker, ConcurrentBag<string> attempts, IEnumerable<WorkerStats> stats)
        {
            await using var admin = broker.GetQueue("dead").OpenAdmin()!;
            var dead = (await admin.PeekAsync(100_000, CancellationToken.None))
                .Select(m => string.Join(' ', m.Attributes
                    .Where(a => a.Key is "n" or DeadLetterHeaders.Handler or DeadLetterHeaders.FailureKind or DeadLetterHeaders.Reason or DeadLetterHeaders.Attempts or DeadLetterHeaders.ExceptionType or DeadLetterHeaders.SourceQueue)
                    .OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => $"{a.Key}={a.Value}")) + " " + m.Group + " " + m.Text)
                .Order(StringComparer.Ordinal)
                .ToList();
            var s = stats.Single();
            return new Outcome(dead, [.. attempts], (s.Succeeded, s.Failed, s.Retried, s.DeadLettered, s.Unmatched));
        }
    }
}
