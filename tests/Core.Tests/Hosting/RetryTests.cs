using System.Collections.Concurrent;
using Eventide.Tests;

namespace Eventide.Core.Tests.Hosting;

public sealed class RetryTests
{
    [Fact]
    public async Task A_failure_is_retried_after_the_backoff_and_then_succeeds()
    {
        var attempts = new ConcurrentQueue<(int Attempt, DateTimeOffset At)>();
        TestWorker worker = null!;
        await using (worker = new TestWorker(e => e.Handle(null, m =>
        {
            attempts.Enqueue((m.Attempt, worker.Time.GetUtcNow()));
            if (m.Attempt < 3)
            {
                throw new InvalidOperationException("not yet");
            }
        })))
        {
            await worker.StartAsync();
            await worker.SendAsync("{}");
            await worker.Until(() => worker.Stats.Succeeded == 1);
            await worker.UntilEmpty();

            Assert.Equal([1, 2, 3], attempts.Select(a => a.Attempt));
            var times = attempts.Select(a => a.At).ToList();
            Assert.InRange(times[1] - times[0], TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1.5));
            Assert.InRange(times[2] - times[1], TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2.5));
            Assert.Equal((1, 1, 2, 2, 0), (1, worker.Stats.Succeeded, worker.Stats.Failed, worker.Stats.Retried, worker.Stats.DeadLettered));
        }
    }

    [Fact]
    public async Task After_the_last_retry_the_message_is_dead_lettered_with_its_cause()
    {
        await using var worker = new TestWorker(
            e => e.Handle(null, _ => throw new InvalidOperationException("the till\nis on fire"), "till"),
            o => o.Retry.RetryLimit = 2);
        await worker.StartAsync();
        await worker.SendAsync(new OutgoingMessage("""{"n":1}""") { Attributes = new Dictionary<string, string> { ["tenant"] = "a" }, Group = null });
        await worker.Until(() => worker.Stats.DeadLettered == 1);
        await worker.UntilEmpty();

        var dead = Assert.Single(await worker.PeekAsync(worker.Dead));
        Assert.Equal("""{"n":1}""", dead.Text);
        Assert.Equal("a", dead.Attributes["tenant"]);
        Assert.Equal("till", dead.Attributes[DeadLetterHeaders.Handler]);
        Assert.Equal("System.InvalidOperationException", dead.Attributes[DeadLetterHeaders.ExceptionType]);
        Assert.Equal("InvalidOperationException: the till is on fire", dead.Attributes[DeadLetterHeaders.Reason]);
        Assert.Equal("3", dead.Attributes[DeadLetterHeaders.Attempts]);
        Assert.Equal("work", dead.Attributes[DeadLetterHeaders.SourceQueue]);
        Assert.Equal(16, dead.Attributes[DeadLetterHeaders.StackHash].Length);
        var first = DateTimeOffset.Parse(dead.Attributes[DeadLetterHeaders.FirstFailure], System.Globalization.CultureInfo.InvariantCulture);
        var last = DateTimeOffset.Parse(dead.Attributes[DeadLetterHeaders.LastFailure], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(last - first, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task An_exception_that_is_not_to_be_retried_is_dead_lettered_at_once()
    {
        await using var worker = new TestWorker(
            e => e.Handle(null, _ => throw new ArgumentNullException("x")),
            o => o.Retry.On<HttpRequestException>());
        await worker.StartAsync();
        await worker.SendAsync("{}");
        await worker.Until(() => worker.Stats.DeadLettered == 1);
        Assert.Equal((1, 0), (worker.Stats.Failed, worker.Stats.Retried));
    }

    [Fact]
    public async Task A_handler_may_ask_for_a_retry_after_a_time_of_its_own()
    {
        var times = new ConcurrentQueue<DateTimeOffset>();
        TestWorker worker = null!;
        await using (worker = new TestWorker(e => e.Handle(null, (m, _) =>
        {
            times.Enqueue(worker.Time.GetUtcNow());
            return Task.FromResult(m.Attempt == 1 ? HandlerResult.Retry(TimeSpan.FromMinutes(5), "busy") : HandlerResult.Success);
        })))
        {
            await worker.StartAsync();
            await worker.SendAsync("{}");
            await worker.Until(() => worker.Stats.Succeeded == 1, TimeSpan.FromSeconds(1));
            var at = times.ToArray();
            Assert.InRange(at[1] - at[0], TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(5.2));
        }
    }

    [Fact]
    public async Task A_handler_may_give_a_message_up_with_a_reason()
    {
        await using var worker = new TestWorker(e => e.Handle(null, (_, _) => Task.FromResult(HandlerResult.DeadLetter("unknown customer"))));
        await worker.StartAsync();
        await worker.SendAsync("{}");
        await worker.Until(() => worker.Stats.DeadLettered == 1);
        Assert.Equal("unknown customer", Assert.Single(await worker.PeekAsync(worker.Dead)).Attributes[DeadLetterHeaders.Reason]);
    }

    [Fact]
    public async Task A_body_that_a_typed_handler_cannot_read_is_dead_lettered_at_once()
    {
        var handled = 0;
        await using var worker = new TestWorker(e => e.Handle<int[]>(null, (_, _, _) =>
        {
            Interlocked.Increment(ref handled);
            return HandlerResult.Done;
        }));
        await worker.StartAsync();
        await worker.SendAsync("""{"not":"an array"}""", "null", "no json", "[1,2]");
        await worker.Until(() => worker.Stats.DeadLettered == 3 && worker.Stats.Succeeded == 1);
        Assert.Equal((1, 0L), (handled, worker.Stats.Retried));
        Assert.All(await worker.PeekAsync(worker.Dead), m => Assert.Equal(nameof(HandlerFailureKind.UnreadableBody), m.Attributes[DeadLetterHeaders.FailureKind]));
    }

    [Fact]
    public async Task Without_a_dead_letter_queue_the_message_stays_and_comes_back()
    {
        var attempts = 0;
        await using var worker = new TestWorker(
            e => e.Handle(null, _ =>
            {
                Interlocked.Increment(ref attempts);
                throw new InvalidOperationException("always");
            }),
            o => o.Retry.RetryLimit = 0,
            hasDeadLetterQueue: false);
        await worker.StartAsync();
        await worker.SendAsync("{}");
        await worker.Until(() => Volatile.Read(ref attempts) == 2, TimeSpan.FromSeconds(1));
        Assert.True(worker.Log.Has(105));
        Assert.Equal(0, worker.Stats.DeadLettered);
    }

    [Fact]
    public async Task A_dead_letter_that_cannot_be_sent_leaves_the_message_where_it_was()
    {
        var refusals = 0;
        await using var worker = new TestWorker(
            e => e.Handle(null, _ => throw new InvalidOperationException("always")),
            o => o.Retry.RetryLimit = 0,
            deadLetters: inner => new RefusingSender(inner, () => Interlocked.Increment(ref refusals) <= 1));
        await worker.StartAsync();
        await worker.SendAsync("{}");
        await worker.Until(() => worker.Stats.DeadLetterFailed == 1);
        Assert.Empty(await worker.PeekAsync(worker.Dead));

        // It comes back by itself, and the second time the dead letter goes through.
        await worker.Until(() => worker.Stats.DeadLettered == 1, TimeSpan.FromSeconds(1));
        await worker.UntilEmpty();
        Assert.Single(await worker.PeekAsync(worker.Dead));
    }

    [Fact]
    public async Task A_message_that_seems_to_end_the_process_is_given_up_without_being_run()
    {
        var handled = 0;
        await using var worker = new TestWorker(
            e => e.Handle(null, _ => Interlocked.Increment(ref handled)),
            o =>
            {
                o.Retry.RetryLimit = 1;
                o.CrashAllowance = 2;
            });

        // Five deliveries that nobody settled: consumers that died.
        await worker.SendAsync("{}");
        await using (var dying = worker.Work.OpenReceiver())
        {
            for (var i = 0; i < 4; i++)
            {
                Assert.Single((await dying.ReceiveAsync(new ReceiveRequest(1, TimeSpan.Zero, TimeSpan.FromSeconds(1)), default)).Messages);
                worker.Time.Advance(TimeSpan.FromSeconds(2));
            }
        }

        await worker.StartAsync();
        await worker.Until(() => worker.Stats.DeadLettered == 1);
        Assert.Equal(0, handled);
        Assert.True(worker.Log.Has(207));
    }

    [Fact]
    public async Task A_handler_that_returns_no_task_or_throws_at_once_has_failed()
    {
        var calls = 0;
        await using var worker = new TestWorker(
            e => e.Handle("body == 'null'", (Message _, CancellationToken _) =>
                {
                    Interlocked.Increment(ref calls);
                    return (Task<HandlerResult>)null!;
                })
                .Handle("body == 'throw'", (Message _, CancellationToken _) => throw new NotSupportedException("at once")),
            o => o.Retry.RetryLimit = 0);
        await worker.StartAsync();
        await worker.SendAsync("null", "throw");
        await worker.SendAsync("\"null\"", "\"throw\"");
        await worker.Until(() => worker.Stats.DeadLettered == 3 + 1);
        var reasons = (await worker.PeekAsync(worker.Dead)).Select(m => m.Attributes[DeadLetterHeaders.Reason]).ToList();
        Assert.Contains(reasons, r => r.Contains("null instead of a task"));
        Assert.Contains(reasons, r => r.Contains("at once"));
        Assert.Equal(1, calls);
    }

    private sealed class RefusingSender(IQueueSender inner, Func<bool> refuses) : IQueueSender
    {
        public string Name => inner.Name;

        public QueueLimits Limits => inner.Limits;

        public ValueTask<IReadOnlyList<SendResult>> SendAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellationToken) =>
            refuses() ? throw new QueueException(Name, "refused", isTransient: false) : inner.SendAsync(messages, cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
