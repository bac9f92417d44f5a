namespace Eventide;

/// <summary>Sends more than one batch.</summary>
public static class QueueSenderExtensions
{
    /// <summary>Sends any number of messages, in batches as large as the queue takes, with the current trace context.</summary>
    /// <param name="sender">The queue.</param>
    /// <param name="messages">The messages.</param>
    /// <param name="cancellationToken">Gives up; some may have been sent.</param>
    /// <returns>One result a message, in the order given.</returns>
    /// <exception cref="QueueException">A batch failed whole; those before it were sent.</exception>
    public static async Task<IReadOnlyList<SendResult>> SendAllAsync(
        this IQueueSender sender, IEnumerable<OutgoingMessage> messages, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sender);
        ArgumentNullException.ThrowIfNull(messages);
        var results = new List<SendResult>();
        foreach (var batch in Batches(sender.Limits, messages.Select(MessageTrace.Inject)))
        {
            results.AddRange(await sender.SendAsync(batch, cancellationToken));
        }

        return results;
    }

    /// <summary>Cuts messages into batches that a queue takes, by number and by bytes.</summary>
    /// <param name="limits">What the queue takes.</param>
    /// <param name="messages">The messages.</param>
    public static IEnumerable<IReadOnlyList<OutgoingMessage>> Batches(QueueLimits limits, IEnumerable<OutgoingMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(messages);
        return Cut();

        IEnumerable<IReadOnlyList<OutgoingMessage>> Cut()
        {
            var batch = new List<OutgoingMessage>();
            long bytes = 0;
            foreach (var message in messages)
            {
                var size = SizeOf(message);
                if (batch.Count > 0 && (batch.Count == limits.MaxSendBatch || (limits.MaxBatchBytes is { } max && bytes + size > max)))
                {
                    yield return batch;
                    batch = [];
                    bytes = 0;
                }

                batch.Add(message);
                bytes += size;
            }

            if (batch.Count > 0)
            {
                yield return batch;
            }
        }
    }

    // Brokers count bytes of UTF-8; a UTF-16 unit is three of these at most.
    private static long SizeOf(OutgoingMessage message) =>
        message.Body.Length + message.Attributes.Sum(a => (a.Key.Length + (long)a.Value.Length) * 3);
}
