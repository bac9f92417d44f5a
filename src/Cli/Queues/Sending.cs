namespace Eventide.Cli;

/// <summary>Sends a batch, and again what failed for a moment only.</summary>
internal static class Sending
{
    private const int MaxTries = 4;

    /// <summary>Sends.</summary>
    /// <returns>One result a message, in the order given; a batch that failed whole is so many failures.</returns>
    public static async Task<SendResult[]> SendAsync(IQueueSender sender, IReadOnlyList<OutgoingMessage> messages, TimeProvider time, CancellationToken cancellationToken)
    {
        var results = new SendResult[messages.Count];
        var open = Enumerable.Range(0, messages.Count).ToList();
        for (var attempt = 1; open.Count > 0; attempt++)
        {
            await SendOnceAsync(sender, messages, open, results, cancellationToken);
            open.RemoveAll(i => results[i].IsSent || !results[i].IsTransient);
            if (attempt == MaxTries)
            {
                break;
            }

            if (open.Count > 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200 * Math.Pow(2, attempt - 1)), time, cancellationToken);
            }
        }

        return results;
    }

    private static async Task SendOnceAsync(
        IQueueSender sender, IReadOnlyList<OutgoingMessage> messages, List<int> open, SendResult[] results, CancellationToken cancellationToken)
    {
        var next = 0;
        foreach (var batch in QueueSenderExtensions.Batches(sender.Limits, open.Select(i => messages[i])))
        {
            IReadOnlyList<SendResult> sent;
            try
            {
                sent = await sender.SendAsync(batch, cancellationToken);
            }
            catch (QueueException e)
            {
                sent = [.. batch.Select(_ => new SendResult(null, OneLine.Of(e.Message), e.IsTransient))];
            }

            foreach (var result in sent)
            {
                results[open[next++]] = result;
            }
        }
    }
}
