using Eventide.Queues;

namespace Eventide.Core.Tests.Queues;

/// <summary>Short forms for tests of one queue.</summary>
internal static class QueueCalls
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    public static ValueTask<ReceivedBatch> TakeAsync(this IQueueReceiver receiver, int max = 10, TimeSpan wait = default, CancellationToken cancellationToken = default) =>
        receiver.ReceiveAsync(new ReceiveRequest(max, wait, Lease), cancellationToken);

    public static async Task<IReadOnlyList<SendResult>> SendTextsAsync(this IQueueSender sender, params string[] bodies) =>
        await sender.SendAsync([.. bodies.Select(b => new OutgoingMessage(b))], default);

    public static async Task ReleaseOneAsync(this IQueueReceiver receiver, LeasedMessage message, TimeSpan delay = default) =>
        Assert.Empty((await receiver.ReleaseAsync([new Release(message, delay)], default)).Failures);

    /// <summary>Reads a file queue to its end.</summary>
    public static async Task<List<Message>> ReadAllAsync(this FileQueue queue, int batch = 1024)
    {
        await using var receiver = queue.OpenReceiver();
        var messages = new List<Message>();
        while (true)
        {
            var received = await receiver.TakeAsync(batch, TimeSpan.FromSeconds(20));
            messages.AddRange(received.Messages.Select(m => m.Message));
            Assert.Empty((await receiver.AcknowledgeAsync(received.Messages, default)).Failures);
            if (received.IsLast)
            {
                return messages;
            }
        }
    }
}
