namespace Eventide.Queues.Conformance;

/// <summary>Leases: held, renewed, run out, lost. Skipped where the queue has none. Derive from it with your harness.</summary>
/// <typeparam name="THarness">The harness of the kind of queue under test.</typeparam>
public abstract class LeaseConformance<THarness> : QueueConformance<THarness>
    where THarness : QueueHarness, new()
{
    [Fact]
    public async Task A_leased_message_is_nobody_elses()
    {
        var (receiver, other) = await OpenTwoAsync();
        await SendAsync(Numbered(1));

        await ReceiveOneAsync(receiver);

        await AssertNothingComesAsync(other);
        await AssertNothingComesAsync(receiver);
    }

    [Fact]
    public async Task A_lease_that_runs_out_brings_the_message_to_another_and_is_counted()
    {
        var (receiver, other) = await OpenTwoAsync();
        await SendAsync(Numbered(1));
        var first = await ReceiveOneAsync(receiver, Harness.ShortLease);

        await PassShortLeaseAsync(receiver);

        var second = await ReceiveOneAsync(other);
        Assert.Equal(first.Message.Id, second.Message.Id);
        Assert.Equal(2, second.Message.Attempt);
        AssertNumber(1, second);
        await AcknowledgeAsync(other, second);
        await AssertNothingComesAsync(other);
    }

    [Fact]
    public async Task A_waiting_receive_brings_a_message_whose_lease_runs_out()
    {
        var (receiver, other) = await OpenTwoAsync();
        Requires(other.Limits.MaxWait > Lease(receiver, Harness.ShortLease), "The queue cannot wait for the end of a lease.");
        await SendAsync(Numbered(1));
        await ReceiveOneAsync(receiver, Harness.ShortLease);
        var waiting = ReceiveOneAsync(other);

        await PassShortLeaseAsync(receiver);

        AssertNumber(1, await waiting);
    }

    [Fact]
    public async Task A_consumer_that_dies_gives_its_messages_back_by_the_end_of_their_lease()
    {
        Requires((await ProbeAsync()).MaxLease is not null, "The queue has no leases.");
        await SendAsync(Numbered(0, 5));
        var dying = await Harness.OpenReceiverAsync();
        var held = await ReceiveAsync(dying, 5, Harness.ShortLease);
        await AcknowledgeAsync(dying, held[0]);
        await dying.DisposeAsync();

        var receiver = await OpenReceiverAsync();
        await PassShortLeaseAsync(receiver);

        var messages = await ReceiveAsync(receiver, 4);
        Assert.Equal(
            held.Skip(1).Select(m => m.Message.Id).Order(StringComparer.Ordinal),
            messages.Select(m => m.Message.Id).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_extended_lease_is_kept_and_spends_no_attempt()
    {
        var (receiver, other) = await OpenTwoAsync();
        Requires(receiver.Limits.CanExtend, "The queue cannot renew leases.");
        await SendAsync(Numbered(1));
        var first = await ReceiveOneAsync(receiver, Harness.ShortLease);

        AssertAllDone(await receiver.ExtendAsync([first], Lease(receiver), Bound));
        await PassShortLeaseAsync(receiver);
        await AssertNothingComesAsync(other);
        AssertAllDone(await receiver.ExtendAsync([first], Lease(receiver), Bound));

        await ReleaseAsync(receiver, first);
        var second = await ReceiveOneAsync(other);
        Assert.Equal(2, second.Message.Attempt);
        await AcknowledgeAsync(other, second);
    }

    [Fact]
    public async Task A_lease_can_be_renewed_again_and_again()
    {
        var (receiver, other) = await OpenTwoAsync();
        Requires(receiver.Limits.CanExtend, "The queue cannot renew leases.");
        await SendAsync(Numbered(0, 3));
        var lease = Lease(receiver, Harness.ShortLease * 2);
        var messages = await ReceiveAsync(receiver, 3, lease);

        for (var renewal = 0; renewal < 4; renewal++)
        {
            await Harness.PassTimeAsync(lease / 2);
            AssertAllDone(await receiver.ExtendAsync(messages, lease, Bound));
        }

        await AssertNothingComesAsync(other);
        await AcknowledgeAsync(receiver, messages);
    }

    [Fact]
    public async Task Settling_after_the_lease_was_lost_is_reported_or_harmless()
    {
        var (receiver, other) = await OpenTwoAsync();
        await SendAsync(Numbered(1));
        var late = await ReceiveOneAsync(receiver, Harness.ShortLease);
        await PassShortLeaseAsync(receiver);
        var current = await ReceiveOneAsync(other);
        Assert.Equal(late.Message.Id, current.Message.Id);

        var acknowledged = await receiver.AcknowledgeAsync([late], Bound);

        Assert.All(acknowledged.Failures, f => Assert.Equal(SettleFailureKind.LeaseLost, f.Kind));
        var settled = await other.AcknowledgeAsync([current], Bound);
        if (acknowledged.Failures.Count > 0)
        {
            // Reported as lost: then the other's delivery stands.
            AssertAllDone(settled);
        }

        await AssertNothingComesAsync(other);
    }

    [Fact]
    public async Task Releasing_after_the_lease_was_lost_does_not_touch_anothers_delivery_count()
    {
        var (receiver, other) = await OpenTwoAsync();
        await SendAsync(Numbered(1));
        var late = await ReceiveOneAsync(receiver, Harness.ShortLease);
        await PassShortLeaseAsync(receiver);
        var current = await ReceiveOneAsync(other);

        var report = await receiver.ReleaseAsync([new Release(late, TimeSpan.Zero, Uncounted: true)], Bound);

        Assert.All(report.Failures, f => Assert.Equal(SettleFailureKind.LeaseLost, f.Kind));
        Requires(report.Failures.Count > 0, "The queue cannot tell a lost lease from a held one.");
        await AssertNothingComesAsync(receiver);
        await AcknowledgeAsync(other, current);
    }

    [Fact]
    public async Task Extending_a_lost_lease_is_reported_for_that_message_alone()
    {
        var (receiver, other) = await OpenTwoAsync();
        Requires(receiver.Limits.CanExtend, "The queue cannot renew leases.");
        await SendAsync(Numbered(1));
        var late = await ReceiveOneAsync(receiver, Harness.ShortLease);
        await PassShortLeaseAsync(receiver);
        var current = await ReceiveOneAsync(other);
        await SendAsync(Numbered(2));
        var held = await ReceiveOneAsync(receiver);

        var report = await receiver.ExtendAsync([held, late], Lease(receiver), Bound);

        Assert.All(report.Failures, f => Assert.Equal((1, SettleFailureKind.LeaseLost), (f.Index, f.Kind)));
        await AcknowledgeAsync(receiver, held);
        AssertNumber(1, current);
    }

    private async Task<QueueLimits> ProbeAsync()
    {
        await using var receiver = await Harness.OpenReceiverAsync();
        return receiver.Limits;
    }

    private async Task<(IQueueReceiver First, IQueueReceiver Second)> OpenTwoAsync()
    {
        var first = await OpenReceiverAsync();
        Requires(first.Limits.MaxLease is not null, "The queue has no leases.");
        Requires(Harness.IsLive && Harness.SharesMessages, "Receivers of this queue do not compete.");
        return (first, await OpenReceiverAsync());
    }
}
