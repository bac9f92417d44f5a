namespace Eventide.Queues.Conformance;

/// <summary>Acknowledging and releasing. Derive from it with your harness.</summary>
/// <typeparam name="THarness">The harness of the kind of queue under test.</typeparam>
public abstract class SettlementConformance<THarness> : QueueConformance<THarness>
    where THarness : QueueHarness, new()
{
    [Fact]
    public async Task An_acknowledged_message_never_comes_again()
    {
        await SendAsync(Numbered(0, 3));
        var receiver = await OpenReceiverAsync();
        var messages = await ReceiveAsync(receiver, 3, Harness.ShortLease);

        await AcknowledgeAsync(receiver, messages);

        await PassShortLeaseAsync(receiver);
        await AssertNothingComesAsync(receiver);
    }

    [Fact]
    public async Task Acknowledging_takes_whole_batches()
    {
        var receiver = await OpenReceiverAsync();
        var count = Math.Min(receiver.Limits.MaxSettleBatch, 200);
        await receiver.DisposeAsync();
        await SendAsync(Numbered(0, count));
        receiver = await OpenReceiverAsync();
        var messages = await ReceiveAsync(receiver, count);

        AssertAllDone(await receiver.AcknowledgeAsync(messages, Bound));

        await AssertNothingComesAsync(receiver);
    }

    [Fact]
    public async Task Empty_batches_are_nothing_to_do()
    {
        var receiver = await OpenReceiverAsync();

        AssertAllDone(await receiver.AcknowledgeAsync([], Bound));
        AssertAllDone(await receiver.ReleaseAsync([], Bound));
    }

    [Fact]
    public async Task Acknowledging_one_leaves_the_others_alone()
    {
        await SendAsync(Numbered(0, 4));
        var receiver = await OpenReceiverAsync();
        var messages = await ReceiveAsync(receiver, 4);

        await AcknowledgeAsync(receiver, messages[1]);
        foreach (var other in messages.Where((_, i) => i != 1))
        {
            await ReleaseAsync(receiver, other);
        }

        var again = await ReceiveAsync(receiver, 3);
        Assert.Equal(
            messages.Where((_, i) => i != 1).Select(m => m.Message.Id).Order(StringComparer.Ordinal),
            again.Select(m => m.Message.Id).Order(StringComparer.Ordinal));
        await AcknowledgeAsync(receiver, again);
        await AssertNothingComesAsync(receiver);
    }

    [Fact]
    public async Task A_released_message_comes_again_as_it_was_and_is_counted()
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal) { ["kept"] = "yes" };
        await SendAsync(Numbered(5, "g") with { Attributes = Harness.CarriesAttributes ? attributes : Message.NoAttributes });
        var receiver = await OpenReceiverAsync();
        var first = await ReceiveOneAsync(receiver);

        await ReleaseAsync(receiver, first);

        var second = await ReceiveOneAsync(receiver);
        Assert.Equal(first.Message.Id, second.Message.Id);
        Assert.Equal(first.Message.Body.ToArray(), second.Message.Body.ToArray());
        Assert.Equal(first.Message.Group, second.Message.Group);
        Assert.Equal(first.Message.EnqueuedAt, second.Message.EnqueuedAt);
        Assert.Equal(Harness.CarriesAttributes, second.Message.Attributes.ContainsKey("kept"));
        Assert.Equal(2, second.Message.Attempt);
    }

    [Fact]
    public async Task Every_delivery_is_counted()
    {
        await SendAsync(Numbered(5));
        var receiver = await OpenReceiverAsync();
        for (var attempt = 1; attempt <= 5; attempt++)
        {
            var message = await ReceiveOneAsync(receiver);
            Assert.Equal(attempt, message.Message.Attempt);
            await ReleaseAsync(receiver, message);
        }
    }

    [Fact]
    public async Task A_message_released_with_a_delay_comes_when_due_and_not_before()
    {
        await SendAsync(Numbered(5));
        var receiver = await OpenReceiverAsync();
        Requires(receiver.Limits.MaxReleaseDelay >= Harness.ShortDelay, "The queue gives released messages out again at once.");
        var first = await ReceiveOneAsync(receiver);
        var released = Harness.Time.GetTimestamp();

        await ReleaseAsync(receiver, first, Harness.ShortDelay);

        var early = await TryReceiveAsync(receiver);
        Assert.True(early.Count == 0 || Harness.Time.GetElapsedTime(released) >= Harness.ShortDelay, "The message came before its delay was over.");
        await Harness.PassTimeAsync(Harness.ShortDelay + Harness.TimeTolerance);
        var second = early.Count > 0 ? early[0] : await ReceiveOneAsync(receiver);
        Assert.Equal(first.Message.Id, second.Message.Id);
        Assert.Equal(2, second.Message.Attempt);
        await AcknowledgeAsync(receiver, second);
        await AssertNothingComesAsync(receiver);
    }

    [Fact]
    public async Task A_waiting_receive_brings_a_released_message_when_it_is_due()
    {
        await SendAsync(Numbered(5));
        var receiver = await OpenReceiverAsync();
        Requires(receiver.Limits.MaxReleaseDelay >= Harness.ShortDelay && receiver.Limits.MaxWait > Harness.ShortDelay, "The queue cannot wait for a delay.");
        await ReleaseAsync(receiver, await ReceiveOneAsync(receiver), Harness.ShortDelay);
        var waiting = receiver.ReceiveAsync(Request(receiver, 1, TimeSpan.FromSeconds(15)), Bound).AsTask();

        await Harness.PassTimeAsync(Harness.ShortDelay + Harness.TimeTolerance);

        AssertNumber(5, Assert.Single((await waiting.WaitAsync(Harness.Bound, Bound)).Messages));
    }

    [Fact]
    public async Task An_uncounted_release_spends_no_attempt()
    {
        await SendAsync(Numbered(5));
        var receiver = await OpenReceiverAsync();
        Requires(receiver.Limits.CanReleaseUncounted, "The queue counts every delivery.");

        await ReleaseAsync(receiver, await ReceiveOneAsync(receiver), uncounted: true);
        var second = await ReceiveOneAsync(receiver);
        Assert.Equal(1, second.Message.Attempt);

        await ReleaseAsync(receiver, second);
        var third = await ReceiveOneAsync(receiver);
        Assert.Equal(2, third.Message.Attempt);

        await ReleaseAsync(receiver, third, uncounted: true);
        Assert.Equal(2, (await ReceiveOneAsync(receiver)).Message.Attempt);
    }

    [Fact]
    public async Task Acknowledging_twice_is_harmless()
    {
        await SendAsync(Numbered(0, 2));
        var receiver = await OpenReceiverAsync();
        var messages = await ReceiveAsync(receiver, 2);
        await AcknowledgeAsync(receiver, messages[0]);

        // Reported as lost or not at all; what stands beside it in the batch is settled all the same.
        var report = await receiver.AcknowledgeAsync([messages[0], messages[1]], Bound);

        Assert.All(report.Failures, f => Assert.Equal((0, SettleFailureKind.LeaseLost), (f.Index, f.Kind)));
        Assert.All(report.Failures, f => Assert.NotEmpty(f.Reason));
        await PassShortLeaseAsync(receiver);
        await AssertNothingComesAsync(receiver);
    }
}
