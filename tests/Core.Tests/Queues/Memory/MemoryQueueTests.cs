using System.Collections.Concurrent;
using Eventide.Queues;
using Eventide.Tests;

namespace Eventide.Core.Tests.Queues;

public sealed class MemoryQueueTests
{
    private readonly FakeTime _time = new();

    [Fact]
    public async Task Names_are_shared_within_a_broker_and_not_between_brokers()
    {
        var provider = new MemoryQueueProvider(new MemoryBroker(_time));
        await using var sender = await provider.OpenSenderAsync(QueueUri.Parse("memory:a"), default);
        await sender.SendTextsAsync("1");

        await using var same = await provider.OpenReceiverAsync(QueueUri.Parse("memory:a"), default);
        await using var other = await provider.OpenReceiverAsync(QueueUri.Parse("memory:A"), default);
        await using var elsewhere = await new MemoryQueueProvider(new MemoryBroker(_time)).OpenReceiverAsync(QueueUri.Parse("memory:a"), default);

        Assert.Empty((await other.TakeAsync()).Messages);
        Assert.Empty((await elsewhere.TakeAsync()).Messages);
        Assert.Equal("1", Assert.Single((await same.TakeAsync()).Messages).Message.Text);
    }

    [Fact]
    public async Task The_default_broker_is_that_of_the_process()
    {
        var name = $"default-{Guid.NewGuid():N}";
        await using var sender = MemoryBroker.Default.GetQueue(name).OpenSender();
        await sender.SendTextsAsync("1");

        await using var receiver = await new MemoryQueueProvider().OpenReceiverAsync(QueueUri.Parse($"memory:{name}"), default);

        Assert.Single((await receiver.TakeAsync()).Messages);
    }

    [Theory]
    [InlineData("memory:")]
    [InlineData("memory:a?capacity=5")]
    [InlineData("memory://host/a")]
    public async Task Refuses_other_forms_of_URI_and_says_which_it_takes(string uri)
    {
        var error = await Assert.ThrowsAsync<FormatException>(async () => await new MemoryQueueProvider().OpenReceiverAsync(QueueUri.Parse(uri), default));

        Assert.True(error.Message.Contains("memory:", StringComparison.Ordinal), error.Message);
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new MemoryBroker(options: new MemoryQueueOptions { MaxMessages = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MemoryBroker(options: new MemoryQueueOptions { MaxLease = TimeSpan.Zero }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MemoryBroker().GetQueue("a", new MemoryQueueOptions { DeduplicationWindow = TimeSpan.FromDays(2) }));
    }

    [Fact]
    public async Task A_full_queue_refuses_for_now()
    {
        var queue = new MemoryBroker(_time).GetQueue("a", new MemoryQueueOptions { MaxMessages = 2 });
        await using var sender = queue.OpenSender();
        await using var receiver = queue.OpenReceiver();

        var results = await sender.SendTextsAsync("1", "2", "3");
        Assert.Equal([true, true, false], results.Select(r => r.IsSent));
        Assert.True(results[2].IsTransient);

        // In flight still counts; acknowledged no longer does.
        var held = (await receiver.TakeAsync(1)).Messages;
        Assert.False((await sender.SendTextsAsync("3"))[0].IsSent);
        await receiver.AcknowledgeAsync(held, default);
        Assert.True((await sender.SendTextsAsync("3"))[0].IsSent);
    }

    [Fact]
    public async Task The_senders_buffers_are_its_own_again()
    {
        var queue = new MemoryBroker(_time).GetQueue("a");
        await using var sender = queue.OpenSender();
        await using var receiver = queue.OpenReceiver();
        byte[] buffer = [1, 2, 3];
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "1" };
        await sender.SendAsync([new OutgoingMessage(buffer) { Attributes = attributes }], default);

        buffer[0] = 9;
        attributes["a"] = "2";

        var message = Assert.Single((await receiver.TakeAsync()).Messages).Message;
        Assert.Equal([1, 2, 3], message.Body.ToArray());
        Assert.Equal("1", message.Attributes["a"]);
    }

    [Fact]
    public async Task The_same_deduplication_id_is_new_again_after_the_window()
    {
        var queue = new MemoryBroker(_time).GetQueue("a");
        await using var sender = queue.OpenSender();
        var message = new OutgoingMessage("1") { DeduplicationId = "d" };
        var first = (await sender.SendAsync([message], default))[0];

        _time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromTicks(1));
        Assert.Equal(first.Id, (await sender.SendAsync([message], default))[0].Id);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.NotEqual(first.Id, (await sender.SendAsync([message], default))[0].Id, StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_lease_is_not_renewed_beyond_the_longest()
    {
        var queue = new MemoryBroker(_time).GetQueue("a", new MemoryQueueOptions { MaxLease = TimeSpan.FromMinutes(1) });
        await using var sender = queue.OpenSender();
        await using var receiver = queue.OpenReceiver();
        await sender.SendTextsAsync("1");
        var held = (await receiver.TakeAsync()).Messages;

        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Empty((await receiver.ExtendAsync(held, TimeSpan.FromSeconds(40), default)).Failures);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(SettleFailureKind.Permanent, Assert.Single((await receiver.ExtendAsync(held, TimeSpan.FromSeconds(40), default)).Failures).Kind);

        // The refusal has not cut the lease short.
        _time.Advance(TimeSpan.FromSeconds(38));
        Assert.Empty((await receiver.AcknowledgeAsync(held, default)).Failures);
    }

    [Fact]
    public async Task A_delayed_message_of_a_group_takes_its_place_when_due()
    {
        var queue = new MemoryBroker(_time).GetQueue("a");
        await using var sender = queue.OpenSender();
        await using var receiver = queue.OpenReceiver();
        await sender.SendAsync([new OutgoingMessage("late") { Group = "g", Delay = TimeSpan.FromSeconds(5) }, new OutgoingMessage("1") { Group = "g" }], default);
        var first = Assert.Single((await receiver.TakeAsync()).Messages);
        Assert.Equal("1", first.Message.Text);
        await receiver.AcknowledgeAsync([first], default);

        // The group's lane has come and gone meanwhile: there must still be one only.
        await sender.SendAsync([new OutgoingMessage("2") { Group = "g" }], default);
        _time.Advance(TimeSpan.FromSeconds(5));
        var second = Assert.Single((await receiver.TakeAsync()).Messages);
        Assert.Equal("2", second.Message.Text);
        await receiver.AcknowledgeAsync([second], default);
        Assert.Equal("late", Assert.Single((await receiver.TakeAsync()).Messages).Message.Text);
    }

    [Fact]
    public async Task Purging_takes_what_is_delayed_and_in_flight_too()
    {
        var queue = new MemoryBroker(_time).GetQueue("a");
        await using var sender = queue.OpenSender();
        await using var receiver = queue.OpenReceiver();
        await using var admin = queue.OpenAdmin();
        await sender.SendAsync([new("1") { Group = "g" }, new("2") { Group = "g" }, new("3") { Delay = TimeSpan.FromSeconds(1) }], default);
        var held = (await receiver.TakeAsync()).Messages;
        var stats = await admin.GetStatsAsync(default);
        Assert.Equal((1L, 1L, 1L), (stats.Ready, stats.InFlight, stats.Delayed));

        Assert.Equal(3, await admin.PurgeAsync(default));

        Assert.Equal(SettleFailureKind.LeaseLost, Assert.Single((await receiver.AcknowledgeAsync(held, default)).Failures).Kind);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Empty((await receiver.TakeAsync()).Messages);
        await sender.SendAsync([new("4") { Group = "g" }], default);
        Assert.Equal("4", Assert.Single((await receiver.TakeAsync()).Messages).Message.Text);
    }

    [Fact]
    public async Task An_admin_creates_a_queue_once()
    {
        await using var admin = new MemoryBroker(_time).GetQueue("a").OpenAdmin();

        Assert.True(await admin.CreateAsync(default));
        Assert.False(await admin.CreateAsync(default));
    }

    [Fact]
    public async Task Calls_out_of_range_are_refused()
    {
        var queue = new MemoryBroker(_time).GetQueue("a");
        await using var sender = queue.OpenSender();
        await using var receiver = queue.OpenReceiver();

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await receiver.TakeAsync(0));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await receiver.TakeAsync(1025));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await receiver.ReceiveAsync(new(1, TimeSpan.Zero, TimeSpan.Zero), default));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await sender.SendTextsAsync([.. Enumerable.Repeat("1", 1025)]));
        var foreign = new LeasedMessage(new Message("1", "b", default), null);
        Assert.Equal(SettleFailureKind.Permanent, Assert.Single((await receiver.AcknowledgeAsync([foreign], default)).Failures).Kind);
    }

    [Fact]
    public async Task One_timer_serves_all_that_wait()
    {
        var queue = new MemoryBroker(_time).GetQueue("a");
        await using var sender = queue.OpenSender();
        await using var receiver = queue.OpenReceiver();
        await sender.SendAsync([.. Enumerable.Range(1, 1000).Select(i => new OutgoingMessage("1") { Delay = TimeSpan.FromSeconds(i) })], default);
        Assert.Equal(0, _time.ActiveTimers);

        var waiting = receiver.TakeAsync(wait: TimeSpan.FromMinutes(1)).AsTask();

        // One for the queue, one for the end of the wait.
        Assert.Equal(2, _time.ActiveTimers);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Single((await Eventually.Ends(waiting)).Messages);
    }

    [Fact]
    public async Task A_wake_up_that_reaches_a_cancelled_receive_goes_to_the_next()
    {
        var queue = new MemoryBroker(_time).GetQueue("a");
        await using var sender = queue.OpenSender();
        await using var first = queue.OpenReceiver();
        await using var second = queue.OpenReceiver();
        for (var round = 0; round < 300; round++)
        {
            using var cancel = new CancellationTokenSource();
            var cancelled = first.TakeAsync(1, TimeSpan.FromMinutes(1), cancel.Token).AsTask();
            var other = second.TakeAsync(1, TimeSpan.FromMinutes(1)).AsTask();

            await sender.SendTextsAsync("1");
            await cancel.CancelAsync();

            await Eventually.Ends(Task.WhenAny(cancelled, other));
            var owner = second;
            if (await Task.WhenAny(cancelled) is { IsCompletedSuccessfully: true })
            {
                owner = first;
                await sender.SendTextsAsync("2");
                await first.AcknowledgeAsync((await cancelled).Messages, default);
            }

            var messages = (await Eventually.Ends(other)).Messages;
            Assert.Equal(owner == second ? "1" : "2", Assert.Single(messages).Message.Text);
            await second.AcknowledgeAsync(messages, default);
        }
    }

    [Fact]
    public async Task Many_producers_and_consumers_with_failures_settle_each_message_once_and_groups_in_order()
    {
        const int Producers = 3, Consumers = 4, Each = 3000;
        var queue = new MemoryBroker().GetQueue("stress");
        var acknowledged = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        var order = new ConcurrentDictionary<string, ConcurrentQueue<int>>(StringComparer.Ordinal);
        using var done = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var producing = Enumerable.Range(0, Producers).Select(p => Task.Run(async () =>
        {
            await using var sender = queue.OpenSender();
            for (var i = 0; i < Each; i += 10)
            {
                await sender.SendAsync([.. Enumerable.Range(i, 10).Select(n => new OutgoingMessage($"{p}:{n}") { Group = n % 2 == 0 ? $"{p}-{n % 14}" : null })], default);
            }
        }));
        var consuming = Enumerable.Range(0, Consumers).Select(c => Task.Run(async () =>
        {
            var random = new Random(c);
            await using var receiver = queue.OpenReceiver();
            while (acknowledged.Count < Producers * Each)
            {
                IReadOnlyList<LeasedMessage> messages;
                try
                {
                    messages = (await receiver.TakeAsync(random.Next(1, 50), TimeSpan.FromSeconds(10), done.Token)).Messages;
                }
                catch (OperationCanceledException)
                {
                    return;
                }

                foreach (var message in messages)
                {
                    if (random.Next(10) == 0)
                    {
                        await receiver.ReleaseOneAsync(message, TimeSpan.FromMilliseconds(random.Next(0, 3)));
                        continue;
                    }

                    if (message.Message.Group is { } group)
                    {
                        order.GetOrAdd(group, _ => new()).Enqueue(int.Parse(message.Message.Text.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture));
                    }

                    Assert.Empty((await receiver.AcknowledgeAsync([message], default)).Failures);
                    acknowledged.AddOrUpdate(message.Message.Text, 1, (_, n) => n + 1);
                }

                if (acknowledged.Count == Producers * Each)
                {
                    await done.CancelAsync();
                }
            }
        }));

        await Task.WhenAll(producing.Concat(consuming));

        Assert.Equal(Producers * Each, acknowledged.Count);
        Assert.All(acknowledged.Values, n => Assert.Equal(1, n));
        Assert.All(order.Values, numbers => Assert.Equal(numbers.Order(), numbers));
    }
}
