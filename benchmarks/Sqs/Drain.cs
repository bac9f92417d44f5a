using System.Diagnostics;
using Eventide.Queues.Sqs;

namespace Eventide.Benchmarks.Sqs;

/// <summary>Receives and deletes with the provider alone, as fast as it goes: what an engine with a handler that does nothing can reach at most.</summary>
internal static class Drain
{
    public static async Task<double> RunAsync(string endpoint, int messages, int receivers)
    {
        var provider = new SqsQueueProvider(new SqsQueueOptions { MaxReceivers = receivers });
        await using var receiver = await provider.OpenReceiverAsync(QueueUri.Parse($"sqs:bench?endpoint={endpoint}"), CancellationToken.None);
        using var slots = new SemaphoreSlim(receivers * 2);
        var request = new ReceiveRequest(receiver.Limits.MaxReceiveBatch, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(30));
        long started = 0;
        var received = 0;
        var acknowledging = new List<Task>();
        while (received < messages)
        {
            var batch = (await receiver.ReceiveAsync(request, CancellationToken.None)).Messages;
            started = started == 0 ? Stopwatch.GetTimestamp() : started;
            received += batch.Count;
            foreach (var ten in batch.Chunk(receiver.Limits.MaxSettleBatch))
            {
                await slots.WaitAsync();
                acknowledging.Add(AcknowledgeAsync(ten));
            }
        }

        // Unlike the other side, every acknowledgement is within the time measured.
        await Task.WhenAll(acknowledging);
        return Stopwatch.GetElapsedTime(started).TotalSeconds * messages / received;

        async Task AcknowledgeAsync(LeasedMessage[] ten)
        {
            try
            {
                var report = await receiver.AcknowledgeAsync(ten, CancellationToken.None);
                if (report.Failures.Count > 0)
                {
                    throw new InvalidOperationException(report.Failures[0].Reason);
                }
            }
            finally
            {
                slots.Release();
            }
        }
    }
}
