using System.Diagnostics;
using Eventide.Queues.Sqs;

namespace Eventide.Benchmarks.Sqs;

/// <summary>Receives and deletes with the provider alone, as fast as it goes: what an engine with a handler that does nothing can reach at most.</summary>
internal static class Drain
{
    /// <returns>The seconds, and the processor's seconds, that it took for <paramref name="messages"/>, after those of <paramref name="warmUp"/>, in which the code is compiled.</returns>
    public static async Task<(double Seconds, double CpuSeconds)> RunAsync(string endpoint, TimeSpan warmUp, int messages, int receivers)
    {
        var provider = new SqsQueueProvider(new SqsQueueOptions { MaxReceivers = receivers });
        await using var receiver = await provider.OpenReceiverAsync(QueueUri.Parse($"sqs:bench?endpoint={endpoint}"), CancellationToken.None);
        using var slots = new SemaphoreSlim(receivers * 2);
        var request = new ReceiveRequest(receiver.Limits.MaxReceiveBatch, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(30));
        var began = Stopwatch.GetTimestamp();
        long started = 0;
        var cpu = TimeSpan.Zero;
        var received = 0;
        var untimed = 0;
        var acknowledging = new List<Task>();
        while (received - untimed < messages || started == 0)
        {
            var batch = (await receiver.ReceiveAsync(request, CancellationToken.None)).Messages;
            received += batch.Count;
            if (started == 0 && Stopwatch.GetElapsedTime(began) >= warmUp)
            {
                started = Stopwatch.GetTimestamp();
                cpu = Environment.CpuUsage.TotalTime;
                untimed = received;
            }

            foreach (var ten in batch.Chunk(receiver.Limits.MaxSettleBatch))
            {
                await slots.WaitAsync();
                acknowledging.Add(AcknowledgeAsync(ten));
            }
        }

        // Unlike the other side, every acknowledgement is within the time measured.
        await Task.WhenAll(acknowledging);
        var share = (double)messages / (received - untimed);
        return (Stopwatch.GetElapsedTime(started).TotalSeconds * share, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds * share);

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
