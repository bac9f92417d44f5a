using Eventide.Queues;
using Eventide.Queues.Sqs;
using Eventide.Queues.Sqs.Tests;

namespace Eventide.Orleans.Tests.Processes;

/// <summary>A test's own queue on fauxqs.</summary>
internal sealed class SqsTestQueue(Fauxqs server, string name)
{
    public string Uri => server.Uri(name);

    public async Task SendAsync(IEnumerable<OutgoingMessage> messages)
    {
        await using var sender = await new SqsQueueProvider().OpenSenderAsync(QueueUri.Parse(Uri), TestContext.Current.CancellationToken);
        foreach (var result in await sender.SendAllAsync(messages, TestContext.Current.CancellationToken))
        {
            Assert.True(result.IsSent, result.Error);
        }
    }

    /// <summary>Messages that can be received now (<c>ApproximateNumberOfMessages</c>), and messages that somebody has
    /// (<c>ApproximateNumberOfMessagesNotVisible</c>).</summary>
    public async Task<(long Ready, long InFlight)> CountAsync()
    {
        await using var admin = await new SqsQueueProvider().OpenAdminAsync(QueueUri.Parse(Uri), TestContext.Current.CancellationToken);
        var stats = await admin!.GetStatsAsync(TestContext.Current.CancellationToken);
        return (stats.Ready!.Value, stats.InFlight!.Value);
    }

    public Task IsEmptyAsync() => Wait.UntilAsync(
        async () => await CountAsync() == (0, 0), "the queue is empty", 30, async () => $"(ready, in flight): {await CountAsync()}");
}
