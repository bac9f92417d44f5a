using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Eventide.Queues;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Hosting;

namespace Eventide.Orleans.Tests.Engine;

public sealed class TelemetryTests
{
    [Fact]
    public async Task Hooks_are_called_and_counters_counted_on_a_silo_as_in_one_process()
    {
        var (inProcess, onSilo) = (new NotingHooks(), new NotingHooks());
        using var meters = new Meters();
        await RunInOneProcessAsync("telemetry-one", inProcess);
        await RunOnSiloAsync("telemetry-silo", onSilo);

        Assert.Equal(inProcess.Notes.Order(StringComparer.Ordinal), onSilo.Notes.Order(StringComparer.Ordinal));
        Assert.Equal(("start", "shutdown"), (onSilo.Notes.First(), onSilo.Notes.Last()));
        Assert.Contains("dead-lettered twice attempt 3 InvalidOperationException: no good", onSilo.Notes);

        var counted = meters.Of("telemetry-one");
        Assert.Equal(counted, meters.Of("telemetry-silo"));
        Assert.Contains("messaging.client.consumed.messages", counted);
        Assert.Contains("eventide.messages.dead_lettered", counted);
    }

    [Fact]
    public async Task An_attempt_on_a_silo_is_a_span_of_its_producers_trace()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var source = new ActivitySource("Eventide.Orleans.Tests.Producer");
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s == source || s.Name == EventideTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        var inside = new ConcurrentQueue<(ActivityTraceId Trace, ActivitySpanId Span)>();
        await using var cluster = await Cluster.StartAsync(2, (silo, _) => silo.AddEventide(
            e => e.Queue("memory:traced", "memory:dead").Handle(null, (m, _) =>
            {
                inside.Enqueue((Activity.Current!.TraceId, Activity.Current.SpanId));
                return m.Attempt == 1 ? throw new InvalidOperationException("once") : Task.FromResult(HandlerResult.Success);
            }, "traced").Configure(o => o.Retry.MinBackoff = o.Retry.MaxBackoff = TimeSpan.FromMilliseconds(10))));

        ActivityContext producer;
        using (var send = source.StartActivity("checkout", ActivityKind.Producer)!)
        {
            producer = send.Context;
            await cluster.SendAsync("traced", "{}");
        }

        // The second attempt is made by the delivery grain: the trace must have been stored with the message.
        await Wait.UntilAsync(() => spans.Count(s => s.TraceId == producer.TraceId && s.Kind == ActivityKind.Consumer) == 2, "both attempts are traced");
        var attempts = spans.Where(s => s.TraceId == producer.TraceId && s.Kind == ActivityKind.Consumer).ToList();
        Assert.All(attempts, a => Assert.Equal(producer.SpanId, a.ParentSpanId));
        Assert.All(attempts, a => Assert.Equal(("process traced", "traced", "traced"), (a.OperationName, a.GetTagItem("messaging.destination.name"), a.GetTagItem("eventide.handler"))));
        Assert.Equal([1, 2], attempts.Select(a => (int)a.GetTagItem("eventide.attempt")!));
        Assert.Equal([ActivityStatusCode.Error, ActivityStatusCode.Unset], attempts.Select(a => a.Status));
        Assert.Equal(attempts.Select(a => (a.TraceId, a.SpanId)), inside);
    }

    private static void Configure(EventideBuilder eventide, string queue, NotingHooks hooks) => eventide.Queue($"memory:{queue}", "memory:dead")
        .Configure(o =>
        {
            o.Retry.RetryLimit = 2;
            o.Retry.MinBackoff = o.Retry.MaxBackoff = TimeSpan.FromMilliseconds(5);
        })
        .AddHooks(hooks)
        .Handle("body.kind == 'once'", (m, _) => m.Attempt == 1 ? throw new InvalidOperationException("no good") : Task.FromResult(HandlerResult.Success), "once")
        .Handle("body.kind == 'twice'", (_, _) => throw new InvalidOperationException("no good"), "twice")
        .Handle("body.kind == 'asked'", (m, _) => Task.FromResult(m.Attempt == 1 ? HandlerResult.Retry(TimeSpan.FromMilliseconds(7), "later") : HandlerResult.DeadLetter("never")), "asked")
        .Handle("body.kind == 'good'", static _ => { }, "good");

    private static string[] Bodies => [.. Enumerable.Range(0, 25).Select(i => $"{{\"kind\":\"{new[] { "once", "twice", "asked", "good", "nobody's" }[i % 5]}\"}}")];

    private static async Task RunInOneProcessAsync(string queue, NotingHooks hooks)
    {
        var broker = new MemoryBroker();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(broker);
        builder.Services.AddSingleton<IQueueProvider>(new MemoryQueueProvider(broker));
        builder.Services.AddEventide(e =>
        {
            Configure(e, queue, hooks);
            e.Configure(o => o.UntilEmpty = true);
        });
        using var host = builder.Build();
        await using (var sender = broker.GetQueue(queue).OpenSender())
        {
            await sender.SendAllAsync(Bodies.Select(b => new OutgoingMessage(b)), CancellationToken.None);
        }

        await host.RunAsync();
    }

    private static async Task RunOnSiloAsync(string queue, NotingHooks hooks)
    {
        await using var cluster = await Cluster.StartAsync(1, (silo, _) => silo.AddEventide(e => Configure(e, queue, hooks)));
        await cluster.SendAsync(queue, Bodies);
        await cluster.DrainedAsync(queue);
        await Wait.UntilAsync(async () => cluster.Storage.Count == 0 && (await cluster.PeekAsync("dead")).Count == 15, "all are settled");
    }

    private sealed class NotingHooks : EventideHooks
    {
        public ConcurrentQueue<string> Notes { get; } = [];

        public override ValueTask OnStartAsync(CancellationToken cancellationToken) => Note("start");

        public override ValueTask OnShutdownAsync(CancellationToken cancellationToken) => Note("shutdown");

        public override ValueTask OnReceivedAsync(Message message) => message.Attempt == 1 ? Note($"received attempt {message.Attempt}") : ValueTask.CompletedTask;

        public override ValueTask OnSucceededAsync(Message message, string handler, TimeSpan duration) => Note($"succeeded {handler} attempt {message.Attempt}");

        public override ValueTask OnFailedAsync(Message message, HandlerFailure failure) => Note($"failed {failure.Handler} attempt {message.Attempt} {failure.Kind} {failure.Reason}");

        public override ValueTask OnRetriedAsync(Message message, HandlerFailure failure, TimeSpan delay) => Note($"retried {failure.Handler} attempt {message.Attempt} {failure.Reason}");

        public override ValueTask OnDeadLetteredAsync(Message message, HandlerFailure failure) => Note($"dead-lettered {failure.Handler} attempt {message.Attempt} {failure.Reason}");

        private ValueTask Note(string note)
        {
            Notes.Enqueue(note);
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>What Eventide's counters have counted, by queue.</summary>
    private sealed class Meters : IDisposable
    {
        private readonly ConcurrentDictionary<(string Queue, string Name), long> _sums = new();
        private readonly MeterListener _listener = new();

        public Meters()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == EventideTelemetry.Name && instrument is Counter<long>)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            {
                foreach (var (key, queue) in tags)
                {
                    if (key == "messaging.destination.name" && queue is string name)
                    {
                        _sums.AddOrUpdate((name, instrument.Name), value, (_, sum) => sum + value);
                    }
                }
            });
            _listener.Start();
        }

        // A held retry comes from the cluster, not from the queue: what is received is less there, by the retries.
        public string Of(string queue) => string.Join(", ", _sums.Where(s => s.Key.Queue == queue && s.Value > 0)
            .Select(s => s.Key.Name == "messaging.client.consumed.messages" ? s.Key.Name : $"{s.Key.Name}={s.Value}").Order(StringComparer.Ordinal));

        public void Dispose() => _listener.Dispose();
    }
}
