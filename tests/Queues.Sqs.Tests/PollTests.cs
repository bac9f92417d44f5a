using System.Globalization;
using Eventide.Tests;

namespace Eventide.Queues.Sqs.Tests;

/// <summary>The ReceiveMessage calls under way, against a stub.</summary>
public sealed class PollTests : QueueTest
{
    private static readonly ReceiveRequest Many = new(80, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(30));

    [Fact]
    public async Task A_poll_is_never_broken_off_and_what_it_brings_after_a_cancellation_is_put_back()
    {
        await using var stub = await StubSqs.StartAsync();
        var gate = new TaskCompletionSource();
        var wasBrokenOff = false;
        stub.On("ReceiveMessage", async c =>
        {
            await gate.Task;
            wasBrokenOff = c.Context.RequestAborted.IsCancellationRequested;
            await c.AnswerAsync(StubSqs.Messages(StubSqs.Message("a"), StubSqs.Message("b")));
        });
        var receiver = await stub.OpenReceiverAsync();
        using var cancel = new CancellationTokenSource();
        var receiving = receiver.ReceiveAsync(Many, cancel.Token).AsTask();
        await Eventually.IsTrue(() => stub.CallsOf("ReceiveMessage").Count == 1);

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Eventually.Ends(receiving));
        var stopping = receiver.DisposeAsync().AsTask();
        Assert.False(stopping.IsCompleted);
        gate.SetResult();
        await Eventually.Ends(stopping);

        Assert.False(wasBrokenOff);
        var released = Assert.Single(stub.CallsOf("ChangeMessageVisibilityBatch"));
        Assert.Equal(["handle-a", "handle-b"], released.Entries.Select(e => e.GetProperty("ReceiptHandle").GetString()));
        Assert.All(released.Entries, e => Assert.Equal(0, e.GetProperty("VisibilityTimeout").GetInt32()));
    }

    [Fact]
    public async Task A_server_that_does_not_answer_holds_a_stop_no_longer_than_the_poll_and_five_seconds()
    {
        await using var stub = await StubSqs.StartAsync();
        var brokenOff = new TaskCompletionSource();
        stub.On("ReceiveMessage", async c =>
        {
            await using var registration = c.Context.RequestAborted.Register(brokenOff.SetResult);
            await brokenOff.Task;
        });
        var time = new FakeTime();
        var receiver = await stub.OpenReceiverAsync(time);
        using var cancel = new CancellationTokenSource();
        var receiving = receiver.ReceiveAsync(Many, cancel.Token).AsTask();
        await Eventually.IsTrue(() => stub.CallsOf("ReceiveMessage").Count == 1);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving);

        var stopping = receiver.DisposeAsync().AsTask();
        await Eventually.IsTrue(() => time.ActiveTimers == 1);
        time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(stopping.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.2));

        await Eventually.Ends(stopping);
        await Eventually.Ends(brokenOff.Task);
    }

    [Fact]
    public async Task A_long_wait_is_made_of_polls_no_longer_than_the_option()
    {
        await using var stub = await StubSqs.StartAsync();
        var time = new FakeTime();
        stub.On("ReceiveMessage", c =>
        {
            time.Advance(TimeSpan.FromSeconds(c.Body.GetProperty("WaitTimeSeconds").GetInt32()));
            return c.AnswerAsync("{}");
        });
        await using var receiver = await stub.OpenReceiverAsync(time, options: "&longPoll=8");

        Assert.Empty((await receiver.ReceiveAsync(Many, Stop)).Messages);

        Assert.Equal([8, 8, 4], stub.CallsOf("ReceiveMessage").Select(c => c.Body.GetProperty("WaitTimeSeconds").GetInt32()));
    }

    [Fact]
    public async Task The_number_of_polls_grows_with_full_answers_to_its_maximum_and_shrinks_with_empty_ones()
    {
        await using var stub = await StubSqs.StartAsync();
        int active = 0, most = 0, next = 0;
        var isEmpty = false;
        using var answers = new SemaphoreSlim(0);
        stub.On("ReceiveMessage", async c =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref active));
            await answers.WaitAsync();
            Interlocked.Decrement(ref active);
            await c.AnswerAsync(Volatile.Read(ref isEmpty)
                ? "{}"
                : StubSqs.Messages(Enumerable.Range(0, c.Body.GetProperty("MaxNumberOfMessages").GetInt32())
                    .Select(_ => StubSqs.Message(Interlocked.Increment(ref next).ToString(CultureInfo.InvariantCulture)))));
        });
        await using var receiver = await stub.OpenReceiverAsync(options: "&receivers=4");
        Assert.Equal(40, receiver.Limits.MaxReceiveBatch);
        var request = new ReceiveRequest(40, TimeSpan.FromSeconds(1), Lease);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var receiving = Task.Run(async () =>
        {
            while (true)
            {
                await receiver.ReceiveAsync(request, enough.Token);
            }
        });

        // The server holds every call until it is let go, one at a time: so what is under way can be counted.
        await Eventually.IsTrue(() => Volatile.Read(ref active) == 1);
        await Eventually.IsTrue(() => LetGoUntil(4));
        for (var i = 0; i < 10; i++)
        {
            answers.Release();
            await Eventually.IsTrue(() => answers.CurrentCount == 0 && Volatile.Read(ref active) == 4);
        }

        Assert.Equal(4, most);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Eventually.Ends(receiving));
        Volatile.Write(ref isEmpty, true);
        answers.Release(1000);
        await Eventually.IsTrue(() => Volatile.Read(ref active) == 0);
        await Eventually.IsTrue(async () =>
        {
            var before = stub.CallsOf("ReceiveMessage").Count;
            await receiver.ReceiveAsync(request with { Wait = TimeSpan.Zero }, Stop);
            return stub.CallsOf("ReceiveMessage").Count == before + 1;
        });

        bool LetGoUntil(int calls)
        {
            if (Volatile.Read(ref active) == calls)
            {
                return true;
            }

            if (answers.CurrentCount == 0)
            {
                answers.Release();
            }

            return false;
        }
    }

    [Fact]
    public async Task No_more_is_asked_for_than_the_engine_wants()
    {
        await using var stub = await StubSqs.StartAsync();
        await using var receiver = await stub.OpenReceiverAsync(options: "&minReceivers=4");

        await receiver.ReceiveAsync(new ReceiveRequest(23, TimeSpan.Zero, Lease), Stop);

        Assert.Equal([10, 10, 3], stub.CallsOf("ReceiveMessage").Select(c => c.Body.GetProperty("MaxNumberOfMessages").GetInt32()).OrderDescending());
    }

    [Fact]
    public async Task Messages_that_nobody_fetches_are_put_back_after_a_second()
    {
        await using var stub = await StubSqs.StartAsync();
        var gate = new TaskCompletionSource();
        stub.On("ReceiveMessage", async c =>
        {
            if (c.Number == 2)
            {
                await gate.Task;
            }

            await c.AnswerAsync(c.Number > 2 ? "{}" : StubSqs.Messages(StubSqs.Message($"m{c.Number}")));
        });
        var time = new FakeTime();
        await using var receiver = await stub.OpenReceiverAsync(time, options: "&minReceivers=2&receivers=2");
        Assert.Single((await receiver.ReceiveAsync(Many, Stop)).Messages);

        gate.SetResult();
        await Eventually.IsTrue(() => time.ActiveTimers == 1);
        time.Advance(TimeSpan.FromSeconds(0.9));
        Assert.Empty(stub.CallsOf("ChangeMessageVisibilityBatch"));
        time.Advance(TimeSpan.FromSeconds(0.2));
        await Eventually.IsTrue(() => stub.CallsOf("ChangeMessageVisibilityBatch").Count == 1);

        var entry = Assert.Single(stub.CallsOf("ChangeMessageVisibilityBatch")[0].Entries);
        Assert.Equal(0, entry.GetProperty("VisibilityTimeout").GetInt32());
    }

    [Fact]
    public async Task Messages_fetched_late_have_their_lease_renewed_first_and_lost_ones_are_left_out()
    {
        await using var stub = await StubSqs.StartAsync();
        var gate = new TaskCompletionSource();
        stub.On("ReceiveMessage", async c =>
        {
            if (c.Number == 2)
            {
                await gate.Task;
            }

            await c.AnswerAsync(c.Number > 2 ? "{}" : StubSqs.Messages(StubSqs.Message($"m{c.Number}"), StubSqs.Message($"n{c.Number}")));
        });
        stub.On("ChangeMessageVisibilityBatch", c => c.AnswerAsync(
            """{"Successful":[{"Id":"0"}],"Failed":[{"Id":"1","SenderFault":true,"Code":"MessageNotInflight","Message":"gone"}]}"""));
        var time = new FakeTime();
        await using var receiver = await stub.OpenReceiverAsync(time, options: "&minReceivers=2&receivers=2");
        var request = Many with { Lease = TimeSpan.FromSeconds(5) };
        Assert.Equal(2, (await receiver.ReceiveAsync(request, Stop)).Messages.Count);
        gate.SetResult();
        await Eventually.IsTrue(() => time.ActiveTimers == 1);
        time.Advance(TimeSpan.FromSeconds(0.8));

        var late = Assert.Single((await receiver.ReceiveAsync(request, Stop)).Messages);

        Assert.StartsWith("m", TextOf(late), StringComparison.Ordinal);
        var renewed = Assert.Single(stub.CallsOf("ChangeMessageVisibilityBatch"));
        Assert.All(renewed.Entries, e => Assert.Equal(5, e.GetProperty("VisibilityTimeout").GetInt32()));
    }

    [Fact]
    public async Task A_failure_while_nobody_waits_is_thrown_by_the_next_receive()
    {
        await using var stub = await StubSqs.StartAsync();
        var gate = new TaskCompletionSource();
        stub.On("ReceiveMessage", async c =>
        {
            if (c.Number == 1)
            {
                await c.AnswerAsync(StubSqs.Messages(StubSqs.Message("a")));
                return;
            }

            await gate.Task;
            await c.FailAsync("AccessDenied", status: 403);
        });
        await using var receiver = await stub.OpenReceiverAsync(options: "&minReceivers=2&receivers=2");
        Assert.Single((await receiver.ReceiveAsync(Many, Stop)).Messages);

        gate.SetResult();

        await Assert.ThrowsAsync<SqsException>(async () => await receiver.ReceiveAsync(Many, Stop));
    }

    [Fact]
    public async Task A_receive_after_the_receivers_end_is_refused()
    {
        await using var stub = await StubSqs.StartAsync();
        var receiver = await stub.OpenReceiverAsync();
        await receiver.DisposeAsync();
        await receiver.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await receiver.ReceiveAsync(Many, Stop));
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }
}
