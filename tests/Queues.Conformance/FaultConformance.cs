namespace Eventide.Queues.Conformance;

/// <summary>Servers that restart and connections that break. Skipped where the harness cannot bring them about. Derive from it
/// with your harness.</summary>
/// <typeparam name="THarness">The harness of the kind of queue under test.</typeparam>
public abstract class FaultConformance<THarness> : QueueConformance<THarness>
    where THarness : QueueHarness, new()
{
    [Fact]
    public async Task A_restarted_server_loses_nothing_and_is_found_again()
    {
        Requires(Harness.CanRestartServer, "The harness cannot restart the server.");
        var sender = await OpenSenderAsync();
        await SendAsync(sender, Numbered(0, 20));
        var receiver = await OpenReceiverAsync();
        var first = await ReceiveAsync(receiver, 10, Harness.ShortLease);
        await AcknowledgeAsync(receiver, [.. first.Take(5)]);

        await Harness.RestartServerAsync();

        await PassShortLeaseAsync(receiver);
        var rest = await DrainAsync(receiver, 15);
        AssertNumbersWithout(first.Take(5), rest);
        await PersistAsync(async () => await sender.SendAsync([Harness.Prepare(Numbered(99))], Bound));
        AssertNumber(99, (await DrainAsync(receiver, 1))[0]);
    }

    [Fact]
    public async Task A_waiting_receive_survives_a_cut_connection_or_says_so()
    {
        Requires(Harness.CanBreakConnections, "The harness cannot break connections.");
        var receiver = await OpenReceiverAsync();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Bound);
        var waiting = receiver.ReceiveAsync(Request(receiver, 1, TimeSpan.FromSeconds(20)), cancel.Token).AsTask();
        await Task.Delay(TimeSpan.FromMilliseconds(200), Bound);

        await Harness.CutConnectionsAsync();
        var sending = PersistAsync(async () => await (await OpenSenderAsync()).SendAsync([Harness.Prepare(Numbered(1))], Bound));

        var messages = new List<LeasedMessage>();
        try
        {
            messages.AddRange((await waiting.WaitAsync(Harness.Bound, Bound)).Messages);
        }
        catch (QueueException e)
        {
            Assert.True(e.IsTransient, $"A connection that was cut can be made anew: {e.Message}");
        }

        await sending;
        if (messages.Count == 0)
        {
            messages = await DrainAsync(receiver, 1);
        }

        AssertNumber(1, messages[0]);
    }

    [Fact]
    public async Task What_was_received_before_a_cut_can_be_settled_after_it()
    {
        Requires(Harness.CanBreakConnections, "The harness cannot break connections.");
        await SendAsync(Numbered(0, 3));
        var receiver = await OpenReceiverAsync();
        var messages = await ReceiveAsync(receiver, 3);

        await Harness.CutConnectionsAsync();

        var report = await PersistAsync(async () => await receiver.AcknowledgeAsync(messages, Bound));
        Assert.All(report.Failures, f => Assert.Equal(SettleFailureKind.LeaseLost, f.Kind));
        Assert.Empty(await PersistAsync(async () => await TryReceiveAsync(receiver)));
    }

    [Fact]
    public async Task No_call_hangs_on_a_connection_that_fell_silent()
    {
        Requires(Harness.CanBreakConnections, "The harness cannot break connections.");
        await SendAsync(Numbered(0, 2));
        var receiver = await OpenReceiverAsync();
        var sender = await OpenSenderAsync();
        var held = await ReceiveOneAsync(receiver);
        await SendAsync(sender, Numbered(7));

        await Harness.FallSilentAsync();
        var receiving = Record.ExceptionAsync(async () => await receiver.ReceiveAsync(Request(receiver, 1, TimeSpan.FromSeconds(1)), Bound)).AsTask();
        var acknowledging = Record.ExceptionAsync(async () => await receiver.AcknowledgeAsync([held], Bound)).AsTask();
        var sending = Record.ExceptionAsync(async () => await sender.SendAsync([Harness.Prepare(Numbered(8))], Bound)).AsTask();
        var all = Task.WhenAll(receiving, acknowledging, sending);

        // Silence can be told from a slow answer only by time, which is the provider's to choose, within reason.
        var ended = await Task.WhenAny(all, Task.Delay(Harness.Bound * 2, Bound));
        await Harness.ResumeAsync();
        Assert.True(ReferenceEquals(all, ended), $"Calls hung for {Harness.Bound * 2} on a silent connection: receive {receiving.IsCompleted}, acknowledge {acknowledging.IsCompleted}, send {sending.IsCompleted}.");
        Assert.All((await all).Where(e => e is not null), e => Assert.True(e is QueueException { IsTransient: true }, e!.ToString()));

        var after = await PersistAsync(async () => await sender.SendAsync([Harness.Prepare(Numbered(9))], Bound));
        Assert.True(after[0].IsSent, after[0].Error);
    }

    [Fact]
    public async Task A_cancelled_call_ends_also_on_a_connection_that_fell_silent()
    {
        Requires(Harness.CanBreakConnections, "The harness cannot break connections.");
        var receiver = await OpenReceiverAsync();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Bound);
        var waiting = receiver.ReceiveAsync(Request(receiver, 1, TimeSpan.FromSeconds(20)), cancel.Token).AsTask();
        await Task.Delay(TimeSpan.FromMilliseconds(200), Bound);
        await Harness.FallSilentAsync();

        await cancel.CancelAsync();

        var ended = await Task.WhenAny(waiting, Task.Delay(TimeSpan.FromSeconds(10), Bound));
        await Harness.ResumeAsync();
        Assert.Same(waiting, ended);
    }

    private async Task<List<LeasedMessage>> DrainAsync(IQueueReceiver receiver, int count)
    {
        var messages = new List<LeasedMessage>();
        while (messages.Count < count)
        {
            var batch = await PersistAsync(async () => await receiver.ReceiveAsync(Request(receiver, count - messages.Count, TimeSpan.FromSeconds(1)), Bound));
            messages.AddRange(batch.Messages);
            Bound.ThrowIfCancellationRequested();
        }

        return messages;
    }

    private static void AssertNumbersWithout(IEnumerable<LeasedMessage> settled, List<LeasedMessage> rest)
    {
        var gone = settled.Select(m => m.Message.Id).ToHashSet(StringComparer.Ordinal);
        Assert.DoesNotContain(rest, m => gone.Contains(m.Message.Id));
        Assert.Equal(rest.Count, rest.Select(m => m.Message.Id).Distinct(StringComparer.Ordinal).Count());
    }
}
