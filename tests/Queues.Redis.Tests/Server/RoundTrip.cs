namespace Eventide.Queues.Redis.Tests.Server;

/// <summary>Everything that a queue is used for, once, on a URI.</summary>
internal static class RoundTrip
{
    public static async Task RunAsync(string uri)
    {
        var ct = TestContext.Current.CancellationToken;
        var provider = new RedisStreamProvider();
        var queue = QueueUri.Parse(uri);
        await using var admin = (RedisStreamAdmin)(await provider.OpenAdminAsync(queue, ct))!;
        await admin.CreateAsync(ct);
        await using var sender = await provider.OpenSenderAsync(queue, ct);
        await using var receiver = await provider.OpenReceiverAsync(queue, ct);
        var sent = await sender.SendAsync(
            [new OutgoingMessage("""{"n":1}"""), new OutgoingMessage("""{"n":2}""") { Delay = TimeSpan.FromMilliseconds(20) }], ct);
        Assert.All(sent, s => Assert.True(s.IsSent, s.Error));

        var first = await ReceiveAsync(receiver);
        Assert.Empty((await receiver.ExtendAsync([first], TimeSpan.FromMinutes(2), ct)).Failures);
        Assert.Empty((await receiver.ReleaseAsync([new Release(first, TimeSpan.FromMilliseconds(1))], ct)).Failures);
        var rest = new[] { await ReceiveAsync(receiver), await ReceiveAsync(receiver) };
        Assert.Equal(2, (await admin.GetStatsAsync(ct)).InFlight);
        Assert.Empty((await receiver.AcknowledgeAsync(rest, ct)).Failures);
        Assert.Equal(0, (await admin.GetStatsAsync(ct)).InFlight);
        await admin.RangeAsync(cancellationToken: ct);
        await admin.GetGroupsAsync(ct);
        await admin.GetConsumersAsync(ct);
        await admin.GetPendingAsync(cancellationToken: ct);
        await admin.PurgeAsync(ct);
    }

    public static async Task<LeasedMessage> ReceiveAsync(IQueueReceiver receiver, TimeSpan? lease = null)
    {
        using var bound = new CancellationTokenSource(Eventide.Tests.Eventually.Bound);
        while (true)
        {
            var batch = await receiver.ReceiveAsync(new ReceiveRequest(1, TimeSpan.FromSeconds(5), lease ?? TimeSpan.FromMinutes(1)), bound.Token);
            if (batch.Messages.Count > 0)
            {
                return batch.Messages[0];
            }
        }
    }
}
