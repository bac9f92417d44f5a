using Eventide.Queues.Cloudflare.Tests.Stub;
using Eventide.Tests;

namespace Eventide.Queues.Cloudflare.Tests;

public sealed class ReceiverTests
{
    [Fact]
    public async Task A_message_comes_with_its_id_attempt_time_and_metadata()
    {
        var time = new FakeTime();
        await using var f = await Fixture.StartAsync(time);
        var put = f.Stub.Put(f.Queue, "hello", "text");
        var batch = await (await f.ReceiverAsync()).ReceiveAsync(Fixture.AtOnce(), default);

        var message = Assert.Single(batch.Messages).Message;
        Assert.False(batch.IsLast);
        Assert.Equal(put.Id, message.Id);
        Assert.Equal("orders", message.Queue);
        Assert.Equal("hello", message.Text);
        Assert.Equal(1, message.Attempt);
        Assert.Equal(time.GetUtcNow(), message.EnqueuedAt);
        Assert.Empty(message.Attributes);
        var native = Assert.IsType<CloudflareMessage>(message.Native);
        Assert.Equal("text", native.ContentType);
        Assert.Equal("api", native.Metadata["CF-sourceMessageSource"]);
    }

    [Fact]
    public async Task A_pull_asks_for_the_lease_and_number_wanted()
    {
        await using var f = await Fixture.StartAsync();
        var receiver = await f.ReceiverAsync();
        await receiver.ReceiveAsync(new ReceiveRequest(7, TimeSpan.Zero, TimeSpan.FromHours(12)), default);
        await receiver.ReceiveAsync(new ReceiveRequest(1000, TimeSpan.Zero, TimeSpan.FromDays(3)), default);

        var pulls = f.Stub.Requests("/pull");
        Assert.Equal(7, (int)pulls[0].Body!["batch_size"]!);
        Assert.Equal(43_200_000, (long)pulls[0].Body!["visibility_timeout_ms"]!);
        Assert.Equal(100, (int)pulls[1].Body!["batch_size"]!);
        Assert.Equal(43_200_000, (long)pulls[1].Body!["visibility_timeout_ms"]!);
    }

    [Fact]
    public async Task An_empty_queue_is_polled_at_growing_intervals_until_the_wait_is_over()
    {
        var time = new FakeTime();
        await using var f = await Fixture.StartAsync(time);
        var receiver = await f.ReceiverAsync("&min-poll=100ms&max-poll=1s");
        var started = time.GetUtcNow();
        var batch = await Fixture.RunAsync(time, receiver.ReceiveAsync(new ReceiveRequest(10, TimeSpan.FromSeconds(5), Fixture.Lease), default).AsTask(), TimeSpan.FromMilliseconds(20));

        Assert.Empty(batch.Messages);
        var at = f.Stub.Requests("/pull").Select(r => (r.At - started).TotalMilliseconds).ToList();
        var gaps = at.Zip(at.Skip(1), (a, b) => b - a).ToList();

        // 100, 200, 400, 800, then 1 s; each seen late by what the clock went on while a request was on its way.
        Assert.InRange(at.Count, 6, 10);
        Assert.True(gaps[0] >= 100 && gaps[1] >= 200 && gaps[2] >= 400 && gaps[3] >= 800, string.Join(' ', gaps));
        Assert.True(time.GetUtcNow() - started >= TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_message_that_arrives_during_a_wait_ends_it_and_polling_is_brisk_again()
    {
        var time = new FakeTime();
        await using var f = await Fixture.StartAsync(time);
        var receiver = await f.ReceiverAsync();
        var waiting = receiver.ReceiveAsync(new ReceiveRequest(10, TimeSpan.FromSeconds(60), Fixture.Lease), default).AsTask();
        await Eventually.IsTrue(() => f.Stub.Requests("/pull").Count == 1);
        f.Stub.Put(f.Queue, "late", "text");
        var batch = await Fixture.RunAsync(time, waiting, TimeSpan.FromMilliseconds(50));
        Assert.Equal("late", Assert.Single(batch.Messages).Message.Text);

        f.Stub.Put(f.Queue, "next", "text");
        var next = await receiver.ReceiveAsync(new ReceiveRequest(10, TimeSpan.FromSeconds(60), Fixture.Lease), default);
        Assert.Single(next.Messages);
    }

    [Fact]
    public async Task A_released_message_comes_back_after_its_delay_as_the_next_attempt()
    {
        var time = new FakeTime();
        await using var f = await Fixture.StartAsync(time);
        f.Stub.Put(f.Queue, "again", "text");
        var receiver = await f.ReceiverAsync();
        var first = Assert.Single((await receiver.ReceiveAsync(Fixture.AtOnce(), default)).Messages);
        var report = await receiver.ReleaseAsync([new Release(first, TimeSpan.FromMilliseconds(9_001))], default);
        Assert.Empty(report.Failures);

        time.Advance(TimeSpan.FromSeconds(9.5));
        Assert.Empty((await receiver.ReceiveAsync(Fixture.AtOnce(), default)).Messages);
        time.Advance(TimeSpan.FromSeconds(0.5));
        var second = Assert.Single((await receiver.ReceiveAsync(Fixture.AtOnce(), default)).Messages);
        Assert.Equal(2, second.Message.Attempt);
        Assert.Equal(first.Message.Id, second.Message.Id);
    }

    [Fact]
    public async Task A_lease_that_runs_out_gives_the_message_to_the_next_and_the_late_acknowledgement_still_counts()
    {
        var time = new FakeTime();
        await using var f = await Fixture.StartAsync(time);
        f.Stub.Put(f.Queue, "slow", "text");
        var receiver = await f.ReceiverAsync();
        var first = Assert.Single((await receiver.ReceiveAsync(Fixture.AtOnce(), default)).Messages);
        Assert.Empty((await receiver.ReceiveAsync(Fixture.AtOnce(), default)).Messages);
        time.Advance(Fixture.Lease);
        var second = Assert.Single((await receiver.ReceiveAsync(Fixture.AtOnce(), default)).Messages);
        Assert.Equal(2, second.Message.Attempt);

        Assert.Empty((await receiver.AcknowledgeAsync([first], default)).Failures);
        Assert.Equal(0, f.Stub.Count(f.Queue));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_warning_in_either_form_fails_its_own_lease_only(bool asList)
    {
        var time = new FakeTime();
        await using var f = await Fixture.StartAsync(time);
        f.Stub.WarningsAsList = asList;
        f.Stub.RefusesLateLeases = true;
        f.Stub.Put(f.Queue, "expires", "text");
        var receiver = await f.ReceiverAsync();
        var late = Assert.Single((await receiver.ReceiveAsync(new ReceiveRequest(1, TimeSpan.Zero, TimeSpan.FromSeconds(1)), default)).Messages);
        time.Advance(TimeSpan.FromSeconds(2));
        f.Stub.Queues[0].Messages[0].VisibleAt = time.GetUtcNow();
        f.Stub.Put(f.Queue, "fresh", "text");
        var fresh = (await receiver.ReceiveAsync(Fixture.AtOnce(), default)).Messages.Single(m => m.Message.Text == "fresh");
        f.Stub.Queues[0].Messages[0].VisibleAt = time.GetUtcNow();

        var report = await receiver.AcknowledgeAsync([fresh, late], default);
        var failure = Assert.Single(report.Failures);
        Assert.Equal(1, failure.Index);
        Assert.Equal(SettleFailureKind.LeaseLost, failure.Kind);
        Assert.Contains("expired", failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fewer_taken_than_sent_without_a_name_is_worth_another_try_for_all()
    {
        await using var f = await Fixture.StartAsync();
        f.Stub.Put(f.Queue, "a", "text");
        f.Stub.Put(f.Queue, "b", "text");
        var receiver = await f.ReceiverAsync();
        var both = (await receiver.ReceiveAsync(Fixture.AtOnce(), default)).Messages;
        f.Stub.FailNext("/ack", 200, raw: """{"success":true,"result":{"ackCount":1,"retryCount":0,"warnings":["something went wrong"]}}""");
        var report = await receiver.AcknowledgeAsync(both, default);
        Assert.Equal([SettleFailureKind.Transient, SettleFailureKind.Transient], report.Failures.Select(x => x.Kind));
        Assert.Empty((await receiver.AcknowledgeAsync(both, default)).Failures);
    }

    [Fact]
    public async Task Remarks_on_leases_that_were_all_taken_fail_nothing()
    {
        await using var f = await Fixture.StartAsync();
        f.Stub.Put(f.Queue, "a", "text");
        var receiver = await f.ReceiverAsync();
        var one = (await receiver.ReceiveAsync(Fixture.AtOnce(), default)).Messages;
        f.Stub.FailNext("/ack", 200, raw: $"{{\"success\":true,\"result\":{{\"ackCount\":1,\"retryCount\":0,\"warnings\":{{\"{one[0].Receipt}\":\"acknowledged late\"}}}}}}");
        Assert.Empty((await receiver.AcknowledgeAsync(one, default)).Failures);
    }

    [Fact]
    public async Task What_is_settled_while_a_request_is_under_way_goes_together_with_the_next()
    {
        await using var f = await Fixture.StartAsync();
        for (var i = 0; i < 6; i++)
        {
            f.Stub.Put(f.Queue, $"m{i}", "text");
        }

        var receiver = await f.ReceiverAsync();
        var all = (await receiver.ReceiveAsync(Fixture.AtOnce(), default)).Messages;
        var gate = new TaskCompletionSource();
        f.Stub.Add(new StubFault("/ack", Before: () => gate.Task));
        var first = receiver.AcknowledgeAsync([all[0]], default).AsTask();
        await Eventually.IsTrue(() => f.Stub.Requests("/ack").Count == 1);
        var rest = new List<Task<SettleReport>>
        {
            receiver.AcknowledgeAsync([all[1], all[2]], default).AsTask(),
            receiver.ReleaseAsync([new Release(all[3], TimeSpan.FromMinutes(1)), new Release(all[4], TimeSpan.Zero)], default).AsTask(),
            receiver.AcknowledgeAsync([all[5]], default).AsTask(),
        };
        gate.SetResult();
        await first;
        foreach (var report in await Task.WhenAll(rest))
        {
            Assert.Empty(report.Failures);
        }

        var calls = f.Stub.Requests("/ack");
        Assert.Equal(2, calls.Count);
        Assert.Equal(3, calls[1].Body!["acks"]!.AsArray().Count);
        Assert.Equal([60, 0], calls[1].Body!["retries"]!.AsArray().Select(r => (int)r!["delay_seconds"]!));
        Assert.Equal(2, f.Stub.Count(f.Queue));
    }

    [Fact]
    public async Task A_failed_request_fails_all_who_shared_it()
    {
        await using var f = await Fixture.StartAsync();
        for (var i = 0; i < 3; i++)
        {
            f.Stub.Put(f.Queue, $"m{i}", "text");
        }

        var receiver = await f.ReceiverAsync();
        var all = (await receiver.ReceiveAsync(Fixture.AtOnce(), default)).Messages;
        var gate = new TaskCompletionSource();
        f.Stub.Add(new StubFault("/ack", Before: () => gate.Task));
        var first = receiver.AcknowledgeAsync([all[0]], default).AsTask();
        await Eventually.IsTrue(() => f.Stub.Requests("/ack").Count == 1);
        var second = receiver.AcknowledgeAsync([all[1]], default).AsTask();
        var third = receiver.ReleaseAsync([new Release(all[2], TimeSpan.Zero)], default).AsTask();
        f.Stub.FailNext("/ack", 503);
        gate.SetResult();
        Assert.Empty((await first).Failures);
        Assert.True((await Assert.ThrowsAsync<CloudflareQueueException>(() => second)).IsTransient);
        Assert.True((await Assert.ThrowsAsync<CloudflareQueueException>(() => third)).IsTransient);
        Assert.Empty((await receiver.AcknowledgeAsync([all[1], all[2]], default)).Failures);
        Assert.Equal(0, f.Stub.Count(f.Queue));
    }

    [Fact]
    public async Task A_cancelled_wait_ends_at_once()
    {
        var time = new FakeTime();
        await using var f = await Fixture.StartAsync(time);
        var receiver = await f.ReceiverAsync();
        using var cancel = new CancellationTokenSource();
        var waiting = receiver.ReceiveAsync(new ReceiveRequest(10, TimeSpan.FromSeconds(60), Fixture.Lease), cancel.Token).AsTask();
        await Eventually.IsTrue(() => f.Stub.Requests("/pull").Count == 1);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task A_pull_cancelled_under_way_puts_back_what_it_brings()
    {
        await using var f = await Fixture.StartAsync();
        var gate = new TaskCompletionSource();
        var receiver = await f.ReceiverAsync();
        for (var i = 0; i < 5; i++)
        {
            f.Stub.Put(f.Queue, $"m{i}", "text");
        }

        // The server has leased the messages already when the caller gives up.
        f.Stub.Add(new StubFault("/pull", After: _ => gate.Task));
        using var cancel = new CancellationTokenSource();
        var waiting = receiver.ReceiveAsync(new ReceiveRequest(10, TimeSpan.FromSeconds(20), TimeSpan.FromHours(1)), cancel.Token).AsTask();
        await Eventually.IsTrue(() => f.Stub.Invisible(f.Queue) == 5);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(5, f.Stub.Invisible(f.Queue));

        gate.SetResult();
        await Eventually.IsTrue(() => f.Stub.Invisible(f.Queue) == 0);
        Assert.Equal(5, (await receiver.ReceiveAsync(Fixture.AtOnce(), default)).Messages.Count);
    }

    [Fact]
    public async Task Closing_waits_until_a_cancelled_pull_has_been_put_back()
    {
        await using var f = await Fixture.StartAsync();
        f.Stub.Put(f.Queue, "m", "text");
        var gate = new TaskCompletionSource();
        f.Stub.Add(new StubFault("/pull", After: _ => gate.Task));
        f.Stub.FailNext("/ack", 500);
        var receiver = await f.Provider.OpenReceiverAsync(f.Uri(), default);
        using var cancel = new CancellationTokenSource();
        var waiting = receiver.ReceiveAsync(new ReceiveRequest(10, TimeSpan.FromSeconds(20), TimeSpan.FromHours(1)), cancel.Token).AsTask();
        await Eventually.IsTrue(() => f.Stub.Invisible(f.Queue) == 1);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        var closing = receiver.DisposeAsync().AsTask();
        Assert.False(closing.IsCompleted);
        gate.SetResult();
        await closing;
        Assert.Equal(0, f.Stub.Invisible(f.Queue));
        Assert.Equal(2, f.Stub.Requests("/ack").Count);
    }

    [Fact]
    public async Task Closing_ends_a_wait()
    {
        var time = new FakeTime();
        await using var f = await Fixture.StartAsync(time);
        var receiver = await f.Provider.OpenReceiverAsync(f.Uri(), default);
        var waiting = receiver.ReceiveAsync(new ReceiveRequest(10, TimeSpan.FromSeconds(60), Fixture.Lease), default).AsTask();
        await Eventually.IsTrue(() => f.Stub.Requests("/pull").Count == 1);
        await receiver.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
    }

    [Fact]
    public async Task Closing_puts_back_what_a_pull_under_way_brings()
    {
        await using var f = await Fixture.StartAsync();
        f.Stub.Put(f.Queue, "m", "text");
        var gate = new TaskCompletionSource();
        f.Stub.Add(new StubFault("/pull", After: _ => gate.Task));
        var receiver = await f.Provider.OpenReceiverAsync(f.Uri(), default);
        var waiting = receiver.ReceiveAsync(new ReceiveRequest(10, TimeSpan.FromSeconds(20), TimeSpan.FromHours(1)), default).AsTask();
        await Eventually.IsTrue(() => f.Stub.Invisible(f.Queue) == 1);
        var closing = receiver.DisposeAsync().AsTask();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        Assert.False(closing.IsCompleted);
        gate.SetResult();
        await closing;
        Assert.Equal(0, f.Stub.Invisible(f.Queue));
    }

    [Fact]
    public async Task Closing_gives_up_on_a_server_that_does_not_answer()
    {
        await using var f = await Fixture.StartAsync();
        var gate = new TaskCompletionSource();
        f.Stub.Add(new StubFault("/pull", Before: () => gate.Task));
        var receiver = await f.Provider.OpenReceiverAsync(f.Uri(more: "&close=50ms"), default);
        using var cancel = new CancellationTokenSource();
        var waiting = receiver.ReceiveAsync(Fixture.AtOnce(), cancel.Token).AsTask();
        await Eventually.IsTrue(() => f.Stub.Requests("/pull").Count == 1);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await receiver.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => receiver.ReceiveAsync(Fixture.AtOnce(), default).AsTask());
        gate.SetResult();
    }

    [Fact]
    public async Task Too_many_requests_hold_the_next_one_back_as_long_as_asked()
    {
        var time = new FakeTime();
        await using var f = await Fixture.StartAsync(time);
        f.Stub.Put(f.Queue, "m", "text");
        var receiver = await f.ReceiverAsync();
        f.Stub.FailNext("/pull", 429, 10250, retryAfter: "7");
        var refused = await Assert.ThrowsAsync<CloudflareQueueException>(() => receiver.ReceiveAsync(Fixture.AtOnce(), default).AsTask());
        Assert.True(refused.IsTransient);
        Assert.Equal(TimeSpan.FromSeconds(7), refused.RetryAfter);
        Assert.Equal(10250, refused.Code);

        // A receive that cannot wait so long asks nothing; one that can waits it out.
        Assert.Empty((await receiver.ReceiveAsync(Fixture.AtOnce(), default)).Messages);
        Assert.Single(f.Stub.Requests("/pull"));
        var started = time.GetUtcNow();
        var batch = await Fixture.RunAsync(time, receiver.ReceiveAsync(new ReceiveRequest(1, TimeSpan.FromSeconds(20), Fixture.Lease), default).AsTask(), TimeSpan.FromMilliseconds(500));
        Assert.Single(batch.Messages);
        Assert.True(f.Stub.Requests("/pull")[1].At - started >= TimeSpan.FromSeconds(7));
    }

    [Fact]
    public async Task A_hold_longer_than_a_request_may_take_is_said_at_once()
    {
        var time = new FakeTime();
        await using var f = await Fixture.StartAsync(time);
        f.Stub.Put(f.Queue, "m", "text");
        var receiver = await f.ReceiverAsync();
        var one = (await receiver.ReceiveAsync(Fixture.AtOnce(), default)).Messages;
        f.Stub.FailNext("/ack", 429, retryAfter: time.GetUtcNow().AddMinutes(4).ToString("R"));
        await Assert.ThrowsAsync<CloudflareQueueException>(() => receiver.AcknowledgeAsync(one, default).AsTask());
        var held = await Assert.ThrowsAsync<CloudflareQueueException>(() => receiver.AcknowledgeAsync(one, default).AsTask());
        Assert.True(held.IsTransient);
        Assert.Single(f.Stub.Requests("/ack"));
        time.Advance(TimeSpan.FromMinutes(4));
        Assert.Empty((await receiver.AcknowledgeAsync(one, default)).Failures);
    }

    [Fact]
    public async Task A_dead_letter_queue_that_the_consumer_names_is_opened()
    {
        await using var f = await Fixture.StartAsync();
        var dead = f.Stub.Add("orders-dead");
        f.Queue.DeadLetterQueue = "orders-dead";
        await using var sender = await (await f.ReceiverAsync()).OpenDeadLetterSenderAsync(default);
        Assert.Equal("orders-dead", sender!.Name);
        await sender.SendAsync([new OutgoingMessage("gone")], default);
        Assert.Equal(1, f.Stub.Count(dead));
        Assert.Null(await (await f.ReceiverAsync(queue: "orders-dead")).OpenDeadLetterSenderAsync(default));
    }

    [Fact]
    public async Task Older_answers_with_the_messages_as_the_result_are_read()
    {
        await using var f = await Fixture.StartAsync();
        f.Stub.MessagesAsResult = true;
        f.Stub.Put(f.Queue, "old", "text");
        Assert.Equal("old", Assert.Single((await (await f.ReceiverAsync()).ReceiveAsync(Fixture.AtOnce(), default)).Messages).Message.Text);
    }

    [Fact]
    public async Task A_message_without_lease_is_delivered_and_cannot_be_settled()
    {
        await using var f = await Fixture.StartAsync();
        f.Stub.FailNext("/pull", 200, raw: """{"result":{"messages":[{"body":"x"},{"id":"b","body":null,"lease_id":"l","attempts":2.0}]}}""");
        var receiver = await f.ReceiverAsync();
        var batch = (await receiver.ReceiveAsync(Fixture.AtOnce(), default)).Messages;
        Assert.Equal("x", batch[0].Message.Text);
        Assert.Equal(2, batch[1].Message.Attempt);
        Assert.True(batch[1].Message.Body.IsEmpty);
        var failure = Assert.Single((await receiver.AcknowledgeAsync([batch[0]], default)).Failures);
        Assert.Equal(SettleFailureKind.Permanent, failure.Kind);
    }

    [Fact]
    public async Task More_leases_than_a_request_takes_are_split()
    {
        await using var f = await Fixture.StartAsync();
        for (var i = 0; i < 250; i++)
        {
            f.Stub.Put(f.Queue, $"m{i}", "text");
        }

        var receiver = await f.ReceiverAsync();
        var all = new List<LeasedMessage>();
        while (all.Count < 250)
        {
            all.AddRange((await receiver.ReceiveAsync(Fixture.AtOnce(100), default)).Messages);
        }

        Assert.Empty((await receiver.AcknowledgeAsync(all, default)).Failures);
        Assert.Equal(0, f.Stub.Count(f.Queue));
        Assert.All(f.Stub.Requests("/ack"), r => Assert.True(r.Body!["acks"]!.AsArray().Count <= 100));
    }

    [Fact]
    public async Task An_empty_batch_needs_no_request()
    {
        await using var f = await Fixture.StartAsync();
        var receiver = await f.ReceiverAsync();
        Assert.Empty((await receiver.AcknowledgeAsync([], default)).Failures);
        Assert.Empty((await receiver.ReleaseAsync([], default)).Failures);
        Assert.Empty(f.Stub.Requests("/ack"));
    }

    [Fact]
    public async Task Leases_are_not_extended()
    {
        await using var f = await Fixture.StartAsync();
        var receiver = await f.ReceiverAsync();
        Assert.False(receiver.Limits.CanExtend);
        await Assert.ThrowsAsync<NotSupportedException>(() => receiver.ExtendAsync([], TimeSpan.FromSeconds(1), default).AsTask());
    }
}
