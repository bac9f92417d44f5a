using System.Collections.Concurrent;

namespace Eventide.Queues.Conformance;

/// <summary>A receive that waits: woken, timed out, cancelled, disposed, and never losing a message. Derive from it with your harness.</summary>
/// <typeparam name="THarness">The harness of the kind of queue under test.</typeparam>
public abstract class WaitingConformance<THarness> : QueueConformance<THarness>
    where THarness : QueueHarness, new()
{
    private static readonly TimeSpan LongWait = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_waiting_receive_is_woken_by_a_message()
    {
        Requires(Harness.IsLive, "What is sent later does not reach an open receiver.");
        var receiver = await OpenReceiverAsync();
        Requires(receiver.Limits.MaxWait > TimeSpan.Zero, "The queue answers at once, always.");
        var waiting = receiver.ReceiveAsync(Request(receiver, 1, LongWait), Bound).AsTask();

        await SendAsync(Numbered(1));

        AssertNumber(1, Assert.Single((await waiting.WaitAsync(Harness.Bound, Bound)).Messages));
    }

    [Fact]
    public async Task A_receive_that_need_not_wait_ends_at_once_and_empty()
    {
        var receiver = await OpenReceiverAsync();

        var batch = await receiver.ReceiveAsync(Request(receiver, 1, TimeSpan.Zero), Bound).AsTask().WaitAsync(Harness.Bound, Bound);

        Assert.Empty(batch.Messages);
        Assert.Equal(!Harness.IsLive, batch.IsLast);
    }

    [Fact]
    public async Task A_waiting_receive_ends_empty_at_its_time()
    {
        Requires(Harness.IsLive, "The queue has an end, at which no receive waits.");
        var receiver = await OpenReceiverAsync();
        var waiting = receiver.ReceiveAsync(Request(receiver, 1, TimeSpan.FromSeconds(1)), Bound).AsTask();

        await Harness.PassTimeAsync(TimeSpan.FromSeconds(1));

        Assert.Empty((await waiting.WaitAsync(Harness.Bound, Bound)).Messages);
    }

    [Fact]
    public async Task A_waiting_receive_ends_promptly_when_cancelled()
    {
        Requires(Harness.IsLive, "The queue has an end, at which no receive waits.");
        var receiver = await OpenReceiverAsync();
        using var cancel = new CancellationTokenSource();
        var waiting = receiver.ReceiveAsync(Request(receiver, 1, LongWait), cancel.Token).AsTask();
        var started = TimeProvider.System.GetTimestamp();

        await cancel.CancelAsync();

        Assert.Empty(await ResultAsync(waiting));
        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.Zero, LongWait / 2);
        await SendAsync(Numbered(1));
        AssertNumber(1, await ReceiveOneAsync(receiver));
    }

    [Fact]
    public async Task A_receive_cancelled_before_it_began_takes_nothing()
    {
        await SendAsync(Numbered(1));
        var receiver = await OpenReceiverAsync();

        // Through an asynchronous method, since a provider may throw from the call itself as well as through its task.
        async Task<ReceivedBatch> ReceiveCancelledAsync() =>
            await receiver.ReceiveAsync(Request(receiver, 1, LongWait), new CancellationToken(canceled: true));
        var taken = await ResultAsync(ReceiveCancelledAsync());

        AssertNumber(1, taken.Count > 0 ? taken[0] : await ReceiveOneAsync(receiver));
    }

    [Fact]
    public async Task A_cancelled_receive_loses_no_message()
    {
        Requires(Harness.IsLive, "What is sent later does not reach an open receiver.");
        var receiver = await OpenReceiverAsync();
        var sender = await OpenSenderAsync();
        var random = new Random(20261102);
        var taken = new List<LeasedMessage>();
        for (var round = 0; round < Harness.RaceRounds; round++)
        {
            using var cancel = new CancellationTokenSource();
            var waiting = receiver.ReceiveAsync(Request(receiver, 10, LongWait), cancel.Token).AsTask();
            var sending = SendAsync(sender, Numbered(round));

            // Before, while and after the message arrives, as chance has it.
            Thread.SpinWait(random.Next(0, 20_000));
            if (round % 3 == 0)
            {
                await sending;
            }

            await cancel.CancelAsync();
            taken.AddRange(await ResultAsync(waiting));
            await sending;
        }

        // The lease is long: what a cancelled receive kept to itself would be missing here.
        taken.AddRange(await ReceiveAsync(receiver, Harness.RaceRounds - taken.Count));
        AssertNumbers(Enumerable.Range(0, Harness.RaceRounds), taken);
        await AcknowledgeAsync(receiver, taken);
        await AssertNothingComesAsync(receiver);
    }

    [Fact]
    public async Task A_receiver_disposed_of_while_it_waits_ends_the_wait_and_swallows_nothing()
    {
        Requires(Harness.IsLive, "The queue has an end, at which no receive waits.");
        var receiver = await Harness.OpenReceiverAsync();
        var waiting = receiver.ReceiveAsync(Request(receiver, 1, LongWait), CancellationToken.None).AsTask();

        await receiver.DisposeAsync().AsTask().WaitAsync(Harness.Bound, Bound);

        // How it ends is the provider's, as long as it does.
        var ended = await Task.WhenAny(waiting, Task.Delay(Harness.Bound, Bound));
        Assert.Same(waiting, ended);
        if (waiting.IsCompletedSuccessfully)
        {
            Assert.Empty((await waiting).Messages);
        }
        else
        {
            var error = await Record.ExceptionAsync(() => waiting);
            Assert.True(error is ObjectDisposedException or OperationCanceledException or QueueException, error?.ToString());
        }

        await SendAsync(Numbered(1));
        AssertNumber(1, await ReceiveOneAsync(await OpenReceiverAsync()));
    }

    [Fact]
    public async Task A_receiver_can_be_disposed_of_twice()
    {
        var receiver = await Harness.OpenReceiverAsync();
        var sender = await Harness.OpenSenderAsync();

        await receiver.DisposeAsync();
        await receiver.DisposeAsync();
        await sender.DisposeAsync();
        await sender.DisposeAsync();
    }

    [Fact]
    public async Task Consumers_that_share_a_queue_get_each_message_once()
    {
        Requires(Harness.SharesMessages && Harness.IsLive, "Receivers of this queue do not compete.");
        const int Count = 120;
        IQueueReceiver[] receivers = [await OpenReceiverAsync(), await OpenReceiverAsync()];
        var taken = new ConcurrentBag<LeasedMessage>();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Bound);
        enough.CancelAfter(Harness.Bound);
        var consuming = receivers.Select(r => Task.Run(async () =>
        {
            while (taken.Count < Count && !enough.IsCancellationRequested)
            {
                var messages = await ResultAsync(Task.Run(async () => await r.ReceiveAsync(Request(r, 7, TimeSpan.FromSeconds(1)), enough.Token), CancellationToken.None));
                foreach (var message in messages)
                {
                    taken.Add(message);
                }

                AssertAllDone(await r.AcknowledgeAsync(messages, Bound));
                if (taken.Count >= Count)
                {
                    await enough.CancelAsync();
                }
            }
        }, Bound)).ToList();

        for (var sent = 0; sent < Count; sent += 10)
        {
            await SendAsync(Numbered(sent, 10));
        }

        await Task.WhenAll(consuming);
        AssertNumbers(Enumerable.Range(0, Count), taken);
    }

    private static async Task<IReadOnlyList<LeasedMessage>> ResultAsync(Task<ReceivedBatch> receive)
    {
        try
        {
            return (await receive).Messages;
        }
        catch (OperationCanceledException)
        {
            return [];
        }
    }
}
