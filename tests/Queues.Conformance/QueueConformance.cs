using System.Diagnostics;
using System.Text;

namespace Eventide.Queues.Conformance;

/// <summary>What the classes of conformance tests have in common: a queue of each test's own, and the bounded ways to use it.</summary>
/// <typeparam name="THarness">The harness of the kind of queue under test.</typeparam>
public abstract class QueueConformance<THarness> : IAsyncLifetime
    where THarness : QueueHarness, new()
{
    private readonly List<IAsyncDisposable> _opened = [];
    private readonly CancellationTokenSource _bound = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    /// <summary>The queue under test.</summary>
    protected THarness Harness { get; } = new();

    /// <summary>Cancelled when the test has run for far too long.</summary>
    protected CancellationToken Bound => _bound.Token;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _bound.CancelAfter(Harness.Bound * 4);
        await Harness.StartAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var opened in Enumerable.Reverse(_opened))
        {
            await opened.DisposeAsync();
        }

        await Harness.DisposeAsync();
        _bound.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens a receiver that the test's end disposes of.</summary>
    protected async Task<IQueueReceiver> OpenReceiverAsync()
    {
        var receiver = await Harness.OpenReceiverAsync();
        _opened.Add(receiver);
        return receiver;
    }

    /// <summary>Opens a sender that the test's end disposes of.</summary>
    protected async Task<IQueueSender> OpenSenderAsync()
    {
        var sender = await Harness.OpenSenderAsync();
        _opened.Add(sender);
        return sender;
    }

    /// <summary>The limits that the queue declares.</summary>
    protected async Task<QueueLimits> LimitsAsync() => (await OpenSenderAsync()).Limits;

    /// <summary>A message whose body tells its number.</summary>
    protected OutgoingMessage Numbered(int number, string? group = null) => new(Harness.Body(number)) { Group = group };

    /// <summary>Messages with the numbers from 0.</summary>
    protected OutgoingMessage[] Numbered(int from, int count, string? group = null) =>
        [.. Enumerable.Range(from, count).Select(n => Numbered(n, group))];

    /// <summary>Opens a sender, sends, and closes it.</summary>
    protected async Task SendAsync(params OutgoingMessage[] messages)
    {
        await using var sender = await Harness.OpenSenderAsync();
        await SendAsync(sender, messages);
    }

    /// <summary>Sends messages in batches that the queue takes, and checks that each is confirmed.</summary>
    protected async Task SendAsync(IQueueSender sender, params OutgoingMessage[] messages)
    {
        var batch = new List<OutgoingMessage>();
        long bytes = 0;
        foreach (var message in messages.Select(Harness.Prepare))
        {
            // The attributes are counted roughly, and generously.
            var size = message.Body.Length + message.Attributes.Sum(a => (a.Key.Length + a.Value.Length) * 3L) + 64;
            if (batch.Count == sender.Limits.MaxSendBatch || (batch.Count > 0 && bytes + size > sender.Limits.MaxBatchBytes))
            {
                await SendBatchAsync(sender, batch);
                batch = [];
                bytes = 0;
            }

            batch.Add(message);
            bytes += size;
        }

        await SendBatchAsync(sender, batch);
    }

    /// <summary>Receives until as many messages have come as expected.</summary>
    protected async Task<List<LeasedMessage>> ReceiveAsync(IQueueReceiver receiver, int count, TimeSpan? lease = null)
    {
        var messages = new List<LeasedMessage>();
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(Bound);
        bound.CancelAfter(Harness.Bound);
        while (messages.Count < count)
        {
            try
            {
                var request = Request(receiver, count - messages.Count, TimeSpan.FromSeconds(1), lease);
                var batch = await receiver.ReceiveAsync(request, bound.Token).AsTask().WaitAsync(Harness.Bound + TimeSpan.FromSeconds(5), CancellationToken.None);
                Assert.True(batch.Messages.Count <= request.MaxMessages, $"{request.MaxMessages} messages were asked for, {batch.Messages.Count} came.");
                messages.AddRange(batch.Messages);
                Assert.False(batch.IsLast && messages.Count < count, $"The queue has come to its end with {messages.Count} of {count} messages.");
                if (batch.Messages.Count == 0 && receiver.Limits.MaxWait == TimeSpan.Zero)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(20), bound.Token);
                }
            }
            catch (Exception e) when (e is OperationCanceledException or TimeoutException && !Bound.IsCancellationRequested)
            {
                Assert.Fail($"Within {Harness.Bound}, {messages.Count} of {count} messages came: {string.Join(", ", messages.Select(m => m.Message.Text).Take(20))}");
            }
        }

        return messages;
    }

    /// <summary>Receives one message.</summary>
    protected async Task<LeasedMessage> ReceiveOneAsync(IQueueReceiver receiver, TimeSpan? lease = null) =>
        (await ReceiveAsync(receiver, 1, lease))[0];

    /// <summary>Takes whatever can be had at once.</summary>
    protected async Task<IReadOnlyList<LeasedMessage>> TryReceiveAsync(IQueueReceiver receiver, int max = 1, TimeSpan? lease = null) =>
        (await receiver.ReceiveAsync(Request(receiver, max, TimeSpan.Zero, lease), Bound)).Messages;

    /// <summary>Checks that nothing can be had at once.</summary>
    protected async Task AssertNothingComesAsync(IQueueReceiver receiver)
    {
        var messages = await TryReceiveAsync(receiver, receiver.Limits.MaxReceiveBatch);
        Assert.Empty(messages.Select(m => m.Message.Text));
    }

    /// <summary>Acknowledges messages in batches that the queue takes, and checks that none fails.</summary>
    protected async Task AcknowledgeAsync(IQueueReceiver receiver, params IReadOnlyList<LeasedMessage> messages)
    {
        foreach (var batch in messages.Chunk(receiver.Limits.MaxSettleBatch))
        {
            AssertAllDone(await receiver.AcknowledgeAsync(batch, Bound));
        }
    }

    /// <summary>Releases a message, and checks that it works.</summary>
    protected async Task ReleaseAsync(IQueueReceiver receiver, LeasedMessage message, TimeSpan delay = default, bool uncounted = false) =>
        AssertAllDone(await receiver.ReleaseAsync([new Release(message, delay, uncounted)], Bound));

    /// <summary>A request within the receiver's limits.</summary>
    protected ReceiveRequest Request(IQueueReceiver receiver, int max, TimeSpan wait, TimeSpan? lease = null) => new(
        Math.Min(max, receiver.Limits.MaxReceiveBatch),
        wait < receiver.Limits.MaxWait ? wait : receiver.Limits.MaxWait,
        Lease(receiver, lease));

    /// <summary>A lease within the receiver's limits.</summary>
    protected TimeSpan Lease(IQueueReceiver receiver, TimeSpan? lease = null)
    {
        var asked = lease ?? Harness.LongLease;
        asked = asked < receiver.Limits.MinLease ? receiver.Limits.MinLease : asked;
        return asked > receiver.Limits.MaxLease ? receiver.Limits.MaxLease.Value : asked;
    }

    /// <summary>Lets the short lease of a receiver's messages run out.</summary>
    protected Task PassShortLeaseAsync(IQueueReceiver receiver) =>
        Harness.PassTimeAsync(Lease(receiver, Harness.ShortLease) + Harness.TimeTolerance);

    /// <summary>Checks that a report tells of no failure.</summary>
    protected static void AssertAllDone(SettleReport report) => Assert.Empty(report.Failures);

    /// <summary>Checks that messages have the bodies of these numbers, in any order.</summary>
    protected void AssertNumbers(IEnumerable<int> numbers, IEnumerable<LeasedMessage> messages) => Assert.Equal(
        numbers.Select(n => Encoding.UTF8.GetString(Harness.Body(n))).Order(StringComparer.Ordinal),
        messages.Select(m => m.Message.Text).Order(StringComparer.Ordinal));

    /// <summary>Checks that a message has the body of this number.</summary>
    protected void AssertNumber(int number, LeasedMessage message) =>
        Assert.Equal(Encoding.UTF8.GetString(Harness.Body(number)), message.Message.Text);

    /// <summary>Skips the test unless the queue has what it takes.</summary>
    protected static void Requires(bool condition, string reason) => Assert.SkipUnless(condition, reason);

    /// <summary>Repeats a call that may meet a broken connection, until it works or the bound is reached.</summary>
    protected async Task<T> PersistAsync<T>(Func<Task<T>> call)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await call().WaitAsync(Harness.Bound, CancellationToken.None);
            }
            catch (QueueException e) when (e.IsTransient && watch.Elapsed < Harness.Bound)
            {
                // What an engine does: try again a little later.
                await Task.Delay(TimeSpan.FromMilliseconds(50), Bound);
            }
        }
    }

    private async Task SendBatchAsync(IQueueSender sender, List<OutgoingMessage> batch)
    {
        if (batch.Count == 0)
        {
            return;
        }

        var results = await sender.SendAsync(batch, Bound);
        Assert.Equal(batch.Count, results.Count);
        Assert.All(results, r => Assert.True(r.IsSent, r.Error));
    }
}
