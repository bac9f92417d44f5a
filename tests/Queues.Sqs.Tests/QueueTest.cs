using System.Text;
using Eventide.Tests;

namespace Eventide.Queues.Sqs.Tests;

/// <summary>What tests of queues do again and again.</summary>
public abstract class QueueTest
{
    protected static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected static OutgoingMessage Text(string body, string? group = null) => new(body) { Group = group };

    protected static async Task SendAsync(IQueueSender sender, params OutgoingMessage[] messages)
    {
        foreach (var batch in messages.Chunk(10))
        {
            Assert.All(await sender.SendAsync(batch, Stop), r => Assert.Null(r.Error));
        }
    }

    protected static async Task<LeasedMessage> ReceiveOneAsync(IQueueReceiver receiver, TimeSpan? lease = null) =>
        Assert.Single(await ReceiveAsync(receiver, 1, lease));

    protected static async Task<List<LeasedMessage>> ReceiveAsync(IQueueReceiver receiver, int count, TimeSpan? lease = null)
    {
        var all = new List<LeasedMessage>();
        await Eventually.IsTrue(async () =>
        {
            var request = new ReceiveRequest(Math.Min(count - all.Count, receiver.Limits.MaxReceiveBatch), TimeSpan.FromSeconds(1), lease ?? Lease);
            all.AddRange((await receiver.ReceiveAsync(request, Stop)).Messages);
            return all.Count >= count;
        });
        return all;
    }

    protected static string TextOf(LeasedMessage leased) => Encoding.UTF8.GetString(leased.Message.Body.Span);
}
