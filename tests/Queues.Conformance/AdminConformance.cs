namespace Eventide.Queues.Conformance;

/// <summary>Looking at a queue and after it. Skipped where the harness opens no <see cref="IQueueAdmin"/>. Derive from it with your
/// harness.</summary>
/// <typeparam name="THarness">The harness of the kind of queue under test.</typeparam>
public abstract class AdminConformance<THarness> : QueueConformance<THarness>
    where THarness : QueueHarness, new()
{
    [Fact]
    public async Task Statistics_count_what_is_ready_and_in_flight()
    {
        var admin = await OpenAdminAsync();
        await SendAsync(Numbered(0, 5));

        await EventuallyAsync(async () => (await admin.GetStatsAsync(Bound)).Ready is null or 5);

        Requires(Harness.SharesMessages, "What one receiver of this queue takes the others still have.");
        var receiver = await OpenReceiverAsync();
        var messages = await ReceiveAsync(receiver, 2);
        await EventuallyAsync(async () => await admin.GetStatsAsync(Bound) is { Ready: null or 3, InFlight: null or 2 });
        await AcknowledgeAsync(receiver, messages);
        await EventuallyAsync(async () => await admin.GetStatsAsync(Bound) is { Ready: null or 3, InFlight: null or 0 });
    }

    [Fact]
    public async Task Peeking_takes_nothing()
    {
        var admin = await OpenAdminAsync();
        await SendAsync(Numbered(0, 4));

        var seen = await admin.PeekAsync(3, Bound);

        Assert.InRange(seen.Count, 1, 3);
        Assert.Empty(await admin.PeekAsync(0, Bound));
        var messages = await ReceiveAsync(await OpenReceiverAsync(), 4);
        AssertNumbers(Enumerable.Range(0, 4), messages);
        Assert.Subset(messages.Select(m => m.Message.Id).ToHashSet(StringComparer.Ordinal), seen.Select(m => m.Id).ToHashSet(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Purging_removes_all()
    {
        var admin = await OpenAdminAsync();
        await SendAsync(Numbered(0, 5));

        Assert.True(await admin.PurgeAsync(Bound) is null or 5);

        await AssertNothingComesAsync(await OpenReceiverAsync());
        await SendAsync(Numbered(9));
        AssertNumber(9, await ReceiveOneAsync(await OpenReceiverAsync()));
    }

    [Fact]
    public async Task Creating_a_queue_that_exists_changes_nothing()
    {
        var admin = await OpenAdminAsync();
        await SendAsync(Numbered(1));

        Assert.False(await admin.CreateAsync(Bound));

        AssertNumber(1, await ReceiveOneAsync(await OpenReceiverAsync()));
    }

    private async Task<IQueueAdmin> OpenAdminAsync()
    {
        var admin = await Harness.OpenAdminAsync();
        Requires(admin is not null, "There is no way to look at this kind of queue.");
        return admin!;
    }

    /// <summary>Statistics of a server may lag behind.</summary>
    private async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Harness.Bound, $"The statistics were not as expected within {Harness.Bound}.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), Bound);
        }
    }
}
