namespace Eventide.Queues.Conformance;

/// <summary>Groups: in order, one after the other, holding back nothing but themselves. Skipped where the queue promises no
/// order by group. Derive from it with your harness.</summary>
/// <typeparam name="THarness">The harness of the kind of queue under test.</typeparam>
public abstract class GroupConformance<THarness> : QueueConformance<THarness>
    where THarness : QueueHarness, new()
{
    [Fact]
    public async Task Messages_of_a_group_come_in_the_order_sent()
    {
        await RequireGroupsAsync();
        const int Each = 15;
        string[] groups = ["a", "b", "c"];
        await SendAsync([.. Enumerable.Range(0, Each * groups.Length).Select(n => Numbered(n, groups[n % groups.Length]))]);
        var receiver = await OpenReceiverAsync();
        var seen = new List<LeasedMessage>();

        while (seen.Count < Each * groups.Length)
        {
            var message = await ReceiveOneAsync(receiver);
            seen.Add(message);
            await AcknowledgeAsync(receiver, message);
        }

        Assert.All(groups.Select((name, g) => (name, g)), group => Assert.Equal(
            Enumerable.Range(0, Each).Select(i => System.Text.Encoding.UTF8.GetString(Harness.Body(i * groups.Length + group.g))),
            seen.Where(m => m.Message.Group == group.name).Select(m => m.Message.Text),
            StringComparer.Ordinal));
    }

    [Fact]
    public async Task While_one_is_in_flight_its_group_waits_and_others_do_not()
    {
        await RequireGroupsAsync();
        await SendAsync(Numbered(1, "a"), Numbered(2, "a"), Numbered(3, "b"));
        var receiver = await OpenReceiverAsync();
        var other = await OpenReceiverAsync();
        var messages = await ReceiveAsync(receiver, 1);
        var group = messages[0].Message.Group;

        var next = await ReceiveOneAsync(other);

        Assert.NotEqual(group, next.Message.Group, StringComparer.Ordinal);
        await AssertNothingComesAsync(other);
        await AcknowledgeAsync(receiver, messages);
        await AcknowledgeAsync(other, next);
        AssertNumber(2, await ReceiveOneAsync(other));
    }

    [Fact]
    public async Task A_released_message_keeps_its_turn_and_holds_back_its_group_only()
    {
        await RequireGroupsAsync();
        await SendAsync(Numbered(1, "a"), Numbered(2, "a"));
        var receiver = await OpenReceiverAsync();
        Requires(receiver.Limits.MaxReleaseDelay >= Harness.ShortDelay, "The queue gives released messages out again at once.");
        var first = await ReceiveOneAsync(receiver);
        AssertNumber(1, first);

        await ReleaseAsync(receiver, first, Harness.ShortDelay * 2);
        var released = Harness.Time.GetTimestamp();
        await SendAsync(Numbered(3, "b"));

        var other = await ReceiveOneAsync(receiver);
        if (Harness.Time.GetElapsedTime(released) < Harness.ShortDelay * 2)
        {
            AssertNumber(3, other);
            await AcknowledgeAsync(receiver, other);
            await Harness.PassTimeAsync(Harness.ShortDelay * 2 + Harness.TimeTolerance);
            other = await ReceiveOneAsync(receiver);
        }

        AssertNumber(1, other);
        Assert.Equal(2, other.Message.Attempt);
        await AcknowledgeAsync(receiver, other);
        AssertNumber(2, await ReceiveOneAsync(receiver));
    }

    [Fact]
    public async Task A_message_whose_lease_ran_out_keeps_its_turn()
    {
        await RequireGroupsAsync();
        await SendAsync(Numbered(1, "a"), Numbered(2, "a"));
        var receiver = await OpenReceiverAsync();
        Requires(receiver.Limits.MaxLease is not null, "The queue has no leases.");
        AssertNumber(1, await ReceiveOneAsync(receiver, Harness.ShortLease));

        await PassShortLeaseAsync(receiver);

        var again = await ReceiveOneAsync(receiver);
        AssertNumber(1, again);
        await AcknowledgeAsync(receiver, again);
        AssertNumber(2, await ReceiveOneAsync(receiver));
    }

    private async Task RequireGroupsAsync() =>
        Requires((await LimitsAsync()).Ordering == QueueOrdering.PerGroup && Harness.CarriesGroups, "The queue promises no order by group.");
}
