using Eventide.Queues;
using Eventide.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace Eventide.Core.Tests.Scheduling;

public sealed class QueueDelaySchedulerTests : IAsyncDisposable
{
    private readonly FakeTime _time = new();
    private readonly MemoryBroker _broker;
    private readonly ServiceProvider _services;

    public QueueDelaySchedulerTests()
    {
        _broker = new MemoryBroker(_time);
        _services = new ServiceCollection()
            .AddSingleton<TimeProvider>(_time)
            .AddEventide(e => e
                .Queue("byhand", (_, _) => new(_broker.GetQueue("byhand").OpenReceiver()), openSender: (_, _) => new(_broker.GetQueue("byhand").OpenSender()))
                .Queue("readonly", (_, _) => new(_broker.GetQueue("readonly").OpenReceiver()))
                .Configure(o => o.Queues["jobs"] = new QueueOptions { Uri = "memory:work" }))
            .AddSingleton<IQueueProvider>(new MemoryQueueProvider(_broker))
            .BuildServiceProvider();
    }

    private IMessageScheduler Scheduler => _services.GetRequiredService<IMessageScheduler>();

    [Theory]
    [InlineData("jobs", "work")]
    [InlineData("memory:work", "work")]
    [InlineData("byhand", "byhand")]
    public async Task The_queue_holds_the_message_back_until_it_is_due(string name, string queue)
    {
        await Scheduler.ScheduleAsync(name, new OutgoingMessage("later") { Group = "g" }, _time.GetUtcNow().AddHours(3), cancellationToken: TestContext.Current.CancellationToken);
        await using var receiver = _broker.GetQueue(queue).OpenReceiver();
        _time.Advance(TimeSpan.FromHours(3) - TimeSpan.FromTicks(1));
        Assert.Empty((await ReceiveAsync(receiver)).Messages);
        _time.Advance(TimeSpan.FromTicks(1));
        var message = Assert.Single((await ReceiveAsync(receiver)).Messages).Message;
        Assert.Equal(("later", "g"), (message.Text, message.Group));
    }

    [Fact]
    public async Task What_is_past_is_sent_at_once_and_one_id_is_one_message()
    {
        var token = TestContext.Current.CancellationToken;
        Assert.Equal("a", await Scheduler.ScheduleAsync("jobs", new OutgoingMessage("1"), DateTimeOffset.MinValue, "a", token));
        await Scheduler.ScheduleAsync("memory:work", new OutgoingMessage("2"), _time.GetUtcNow(), "a", token);
        await Scheduler.ScheduleAsync("jobs", new OutgoingMessage("3"), _time.GetUtcNow(), "a", token);
        Assert.NotEqual(
            await Scheduler.ScheduleAsync("jobs", new OutgoingMessage("4"), _time.GetUtcNow(), null, token),
            await Scheduler.ScheduleAsync("jobs", new OutgoingMessage("5"), _time.GetUtcNow(), null, token));
        await using var receiver = _broker.GetQueue("work").OpenReceiver();

        // Named otherwise, the queue is another one to an id.
        Assert.Equal(["1", "2", "4", "5"], (await ReceiveAsync(receiver)).Messages.Select(m => m.Message.Text));
    }

    [Fact]
    public async Task A_date_beyond_the_queue_s_delay_is_refused_with_what_reaches_farther()
    {
        using var folder = new TemporaryFolder();
        var fault = await Assert.ThrowsAsync<QueueException>(() => Scheduler.ScheduleAsync($"file:{folder.Path}/out.ndjson", new OutgoingMessage("x"), _time.GetUtcNow().AddDays(40)));
        Assert.Contains("due in 40.00:00:00", fault.Message);
        Assert.Contains("cannot hold a message back", fault.Message);
        Assert.Contains("Eventide.Orleans", fault.Message);
        Assert.False(fault.IsTransient);
        fault = await Assert.ThrowsAsync<QueueException>(() => Scheduler.ScheduleAsync("jobs", new OutgoingMessage("x"), _time.GetUtcNow().AddDays(3651)));
        Assert.Contains("at most 3650.00:00:00", fault.Message);
    }

    [Fact]
    public async Task What_cannot_be_done_is_said()
    {
        await Assert.ThrowsAsync<NotSupportedException>(() => Scheduler.CancelAsync("jobs", "a"));
        await Assert.ThrowsAsync<NotSupportedException>(() => Scheduler.FindAsync("jobs", "a"));
        await Assert.ThrowsAsync<ArgumentException>(() => Scheduler.ScheduleAsync("jobs", new OutgoingMessage("x") { Delay = TimeSpan.FromSeconds(1) }, _time.GetUtcNow()));
        await Assert.ThrowsAsync<ArgumentException>(() => Scheduler.ScheduleAsync("jobs", new OutgoingMessage("x"), _time.GetUtcNow(), " "));
        var fault = await Assert.ThrowsAsync<FormatException>(() => Scheduler.ScheduleAsync("readonly", new OutgoingMessage("x"), _time.GetUtcNow()));
        Assert.Contains("openSender", fault.Message);
        fault = await Assert.ThrowsAsync<FormatException>(() => Scheduler.ScheduleAsync("jbos", new OutgoingMessage("x"), _time.GetUtcNow()));
        Assert.Contains("'jbos' is neither a configured queue (byhand, jobs, readonly) nor a queue URI", fault.Message);
        fault = await Assert.ThrowsAsync<FormatException>(() => Scheduler.ScheduleAsync("redis://user:se/cret@host?stream=x", new OutgoingMessage("x"), _time.GetUtcNow()));
        Assert.DoesNotContain("cret", fault.Message);
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private static ValueTask<ReceivedBatch> ReceiveAsync(IQueueReceiver receiver) =>
        receiver.ReceiveAsync(new ReceiveRequest(10, TimeSpan.Zero, TimeSpan.FromMinutes(1)), TestContext.Current.CancellationToken);

    private sealed class TemporaryFolder : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("eventide-schedule-");

        public string Path => _folder.FullName;

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
