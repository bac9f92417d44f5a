using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;

namespace Eventide.Core.Tests.Hosting;

public sealed class DispatchTests
{
    [Fact]
    public async Task With_all_matches_each_handler_gets_the_message_and_those_done_are_not_run_again()
    {
        var runs = new ConcurrentQueue<string>();
        await using var worker = new TestWorker(
            e => e
                .Handle("body.n > 0", m => runs.Enqueue($"a{m.Attempt}"), "a")
                .Handle("body.n > 0", m =>
                {
                    runs.Enqueue($"b{m.Attempt}");
                    if (m.Attempt == 1)
                    {
                        throw new InvalidOperationException("once");
                    }
                }, "b")
                .Handle("body.n > 0", (m, _) =>
                {
                    runs.Enqueue($"c{m.Attempt}");
                    return Task.FromResult(HandlerResult.DeadLetter("c wants none of it"));
                }, "c")
                .Handle("body.n > 5", m => runs.Enqueue("never"), "d"),
            o => o.Dispatch = DispatchMode.AllMatches);
        await worker.SendAsync("""{"n":1}""");
        await worker.StartAsync();
        await worker.UntilEmpty();
        Assert.Equal(["a1", "b1", "c1", "b2"], runs);
        Assert.Equal("c", Assert.Single(await worker.PeekAsync(worker.Dead)).Attributes[DeadLetterHeaders.Handler]);
        Assert.Equal((2L, 1L, 1L), (worker.Stats.Succeeded, worker.Stats.Retried, worker.Stats.DeadLettered));
    }

    [Fact]
    public async Task Two_lambdas_with_the_same_rule_are_two_handlers()
    {
        var runs = new ConcurrentQueue<string>();
        await using var worker = new TestWorker(
            e => e.Handle(null, _ => runs.Enqueue("one")).Handle(null, _ => runs.Enqueue("two")),
            o => o.Dispatch = DispatchMode.AllMatches);
        await worker.SendAsync("1");
        await worker.StartAsync();
        await worker.UntilEmpty();
        Assert.Equal(["one", "two"], runs);
    }

    [Fact]
    public async Task An_asynchronous_lambda_with_the_message_alone_is_awaited()
    {
        await using var worker = new TestWorker(
            e => e.Handle(null, async m =>
            {
                await Task.Yield();
                throw new InvalidOperationException("late");
            }),
            o => o.Retry.RetryLimit = 0);
        await worker.SendAsync("1");
        await worker.StartAsync();
        await worker.UntilEmpty();
        Assert.Equal((0L, 1L), (worker.Stats.Succeeded, worker.Stats.DeadLettered));
    }

    [Fact]
    public async Task With_exactly_one_a_message_that_two_handlers_match_is_unmatched_and_both_are_named()
    {
        await using var worker = new TestWorker(
            e => e.Handle("body.n > 0", _ => { }, "first").Handle("body.n > 1", _ => { }, "second"),
            o => o.Dispatch = DispatchMode.ExactlyOne);
        await worker.SendAsync("""{"n":1}""", """{"n":2}""");
        await worker.StartAsync();
        await worker.UntilEmpty();
        Assert.Equal((1L, 1L, 1L), (worker.Stats.Succeeded, worker.Stats.Unmatched, worker.Stats.DeadLettered));
        Assert.Contains("first, second", Assert.Single(await worker.PeekAsync(worker.Dead)).Attributes[DeadLetterHeaders.Reason]);
    }

    [Fact]
    public async Task An_unmatched_message_is_dead_lettered_and_logged_with_a_summary()
    {
        await using var worker = new TestWorker(e => e.Handle("body.type == 'known'", _ => { }));
        await worker.SendAsync("""{"type":"unknown"}""");
        await worker.StartAsync();
        await worker.UntilEmpty();
        var dead = Assert.Single(await worker.PeekAsync(worker.Dead));
        Assert.Equal(nameof(HandlerFailureKind.Unmatched), dead.Attributes[DeadLetterHeaders.FailureKind]);
        Assert.False(dead.Attributes.ContainsKey(DeadLetterHeaders.Handler));
        Assert.Contains("""{"type":"unknown"}""", Assert.Single(worker.Log.Entries, x => x.Id == 202).Text);
    }

    [Fact]
    public async Task An_unmatched_message_may_be_acknowledged_or_left_to_others()
    {
        await using (var worker = new TestWorker(e => e.Handle("body == 'known'", _ => { }), o => o.Unmatched = UnmatchedPolicy.Acknowledge))
        {
            await worker.SendAsync("1");
            await worker.StartAsync();
            await worker.UntilEmpty();
            Assert.Equal((1L, 0L), (worker.Stats.Unmatched, worker.Stats.DeadLettered));
            Assert.Empty(await worker.PeekAsync(worker.Dead));
        }

        await using (var worker = new TestWorker(e => e.Handle("body == 'known'", _ => { }), o => o.Unmatched = UnmatchedPolicy.Release))
        {
            await worker.SendAsync("1");
            await worker.StartAsync();
            await worker.Until(() => worker.Stats.Received == 2, TimeSpan.FromSeconds(1));
            Assert.Equal(0, worker.Stats.DeadLettered);
        }
    }

    [Fact]
    public async Task A_rule_that_fails_on_a_message_does_not_match_and_is_logged_once()
    {
        await using var worker = new TestWorker(e => e
            .Handle("contains(body.tags, 'x')", _ => { }, "picky")
            .Handle(null, _ => { }, "rest"));
        await worker.SendAsync("""{"tags":1}""", """{"tags":2}""", """{"tags":["x"]}""");
        await worker.StartAsync();
        await worker.UntilEmpty();
        Assert.Equal((3L, 2L), (worker.Stats.Succeeded, worker.Stats.RuleErrors));
        Assert.Contains("contains(body.tags, 'x')", Assert.Single(worker.Log.Entries, x => x.Id == 403).Text);
    }

    [Fact]
    public async Task A_handler_class_with_dependencies_gets_a_scope_for_each_message()
    {
        var ids = new ConcurrentBag<Guid>();
        await using var worker = new TestWorker(e =>
        {
            e.Services.AddScoped<Scoped>();
            e.Services.AddSingleton(ids);
            e.AddHandler<ScopedHandler>();
        });
        await worker.SendAsync("1", "2");
        await worker.StartAsync();
        await worker.UntilEmpty();
        Assert.Equal(2, ids.Distinct().Count());
    }

    [Fact]
    public async Task Middleware_runs_around_the_handler_the_first_outermost_and_may_answer_in_its_place()
    {
        var calls = new ConcurrentQueue<string>();
        await using var worker = new TestWorker(e => e
            .Use(async (context, next) =>
            {
                calls.Enqueue("outer in");
                var result = await next(context);
                calls.Enqueue("outer out");
                return result;
            })
            .Use((context, next) =>
            {
                calls.Enqueue($"inner {context.Handler}");
                return context.Message.Text == "2" ? Task.FromResult(HandlerResult.DeadLetter("not today")) : next(context);
            })
            .Handle(null, m => calls.Enqueue($"handler {m.Text}"), "h"),
            o => o.Concurrency = 1);
        await worker.SendAsync("1", "2");
        await worker.StartAsync();
        await worker.UntilEmpty();
        Assert.Equal(["outer in", "inner h", "handler 1", "outer out", "outer in", "inner h", "outer out"], calls);
        Assert.Equal(1, worker.Stats.DeadLettered);
    }

    [Fact]
    public async Task Hooks_are_told_and_one_that_throws_harms_nothing()
    {
        var told = new ConcurrentQueue<string>();
        await using var worker = new TestWorker(
            e => e
                .AddHooks(new Throwing())
                .AddHooks(new Telling(told))
                .Handle(null, m =>
                {
                    if (m.Text == "bad")
                    {
                        throw new InvalidOperationException("bad");
                    }
                }, "h"),
            o => o.Retry.RetryLimit = 1);
        await worker.SendAsync("good", "bad");
        await worker.StartAsync();
        await worker.UntilEmpty();
        await worker.StopAsync();
        foreach (var expected in new[] { "start", "received good", "succeeded good h", "received bad", "failed bad Exception", "retried bad", "dead-lettered bad", "shutdown" })
        {
            Assert.Contains(expected, told);
        }

        Assert.True(worker.Log.Has(402));
        Assert.Equal((1L, 1L), (worker.Stats.Succeeded, worker.Stats.DeadLettered));
    }

    private sealed class Scoped
    {
        public Guid Id { get; } = Guid.NewGuid();
    }

    [Handler]
    private sealed class ScopedHandler(Scoped scoped, ConcurrentBag<Guid> ids) : IMessageHandler
    {
        public Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken)
        {
            ids.Add(scoped.Id);
            return HandlerResult.Done;
        }
    }

    private sealed class Throwing : EventideHooks
    {
        public override ValueTask OnReceivedAsync(Message message) => throw new InvalidOperationException("hook");

        public override ValueTask OnSucceededAsync(Message message, string handler, TimeSpan duration) => throw new InvalidOperationException("hook");
    }

    private sealed class Telling(ConcurrentQueue<string> told) : EventideHooks
    {
        public override ValueTask OnStartAsync(CancellationToken cancellationToken) => Tell("start");

        public override ValueTask OnShutdownAsync(CancellationToken cancellationToken) => Tell("shutdown");

        public override ValueTask OnReceivedAsync(Message message) => Tell($"received {message.Text}");

        public override ValueTask OnSucceededAsync(Message message, string handler, TimeSpan duration) => Tell($"succeeded {message.Text} {handler}");

        public override ValueTask OnFailedAsync(Message message, HandlerFailure failure) => Tell($"failed {message.Text} {failure.Kind}");

        public override ValueTask OnRetriedAsync(Message message, HandlerFailure failure, TimeSpan delay) => Tell($"retried {message.Text}");

        public override ValueTask OnDeadLetteredAsync(Message message, HandlerFailure failure) => Tell($"dead-lettered {message.Text}");

        private ValueTask Tell(string what)
        {
            told.Enqueue(what);
            return ValueTask.CompletedTask;
        }
    }
}
