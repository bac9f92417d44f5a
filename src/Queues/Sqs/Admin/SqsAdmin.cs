using System.Globalization;
using Eventide.Queues.Sqs.Client;
using Eventide.Queues.Sqs.Messages;
using Eventide.Queues.Sqs.Wire;
using Microsoft.Extensions.Logging;

namespace Eventide.Queues.Sqs.Admin;

/// <summary>Looks at an SQS queue and after it. The queue is opened at first need, as it may have to be created first.</summary>
internal sealed class SqsAdmin(SqsAddress address, SqsQueueOptions options, ILogger logger, TimeProvider time) : IQueueAdmin
{
    // Long enough for a peek of thousands; every message is released at its end.
    private const int PeekSeconds = 60;

    private SqsQueue? _queue;

    public async ValueTask<QueueStats> GetStatsAsync(CancellationToken cancellationToken)
    {
        var queue = await OpenAsync(cancellationToken);
        var attributes = await queue.GetAttributesAsync(cancellationToken);
        return new QueueStats
        {
            Ready = Take("ApproximateNumberOfMessages"),
            InFlight = Take("ApproximateNumberOfMessagesNotVisible"),
            Delayed = Take("ApproximateNumberOfMessagesDelayed"),
            Details = attributes,
        };

        long? Take(string name) =>
            attributes.Remove(name, out var text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    public async ValueTask<IReadOnlyList<Message>> PeekAsync(int max, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 0);
        var queue = await OpenAsync(cancellationToken);
        var decoder = queue.CreateDecoder();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var taken = new List<LeasedMessage>();
        try
        {
            while (taken.Count < max)
            {
                var received = await queue.CallAsync(
                    "ReceiveMessage",
                    SqsRequests.Receive(queue.Url, Math.Min(10, max - taken.Count), 1, PeekSeconds, options.AttributeNames, null),
                    SqsAnswers.Receive,
                    CancellationToken.None);
                taken.AddRange(received.Select(decoder.Decode));
                if (received.Count == 0 || received.All(m => !seen.Add(m.MessageId)))
                {
                    break;
                }

                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            foreach (var batch in taken.Chunk(10))
            {
                var failures = await queue.ChangeVisibilityAsync(
                    [.. batch.Select(m => ((SqsMessage)m.Receipt!).ReceiptHandle)], new int[batch.Length], CancellationToken.None);
                if (failures.Count > 0)
                {
                    SqsLog.NotPutBack(logger, queue.Name, failures.Count, failures[0].Reason);
                }
            }
        }

        return [.. taken.Select(t => t.Message).DistinctBy(m => m.Id, StringComparer.Ordinal)];
    }

    public async ValueTask<long?> PurgeAsync(CancellationToken cancellationToken)
    {
        var queue = await OpenAsync(cancellationToken);
        await queue.CallAsync("PurgeQueue", SqsRequests.OnQueue(queue.Url), cancellationToken);
        return null;
    }

    public async ValueTask<bool> CreateAsync(CancellationToken cancellationToken)
    {
        using var client = SqsClient.Create(address, options);
        try
        {
            await client.CallAsync("GetQueueUrl", SqsRequests.GetQueueUrl(address.Name, address.Account), cancellationToken);
            return false;
        }
        catch (SqsException e) when (e.Code is "QueueDoesNotExist" or "NonExistentQueue")
        {
            var attributes = new Dictionary<string, string>(options.CreateAttributes, StringComparer.Ordinal);
            if (address.Name.EndsWith(".fifo", StringComparison.Ordinal))
            {
                attributes["FifoQueue"] = "true";
            }

            await client.CallAsync("CreateQueue", SqsRequests.CreateQueue(address.Name, attributes), cancellationToken);
            return true;
        }
    }

    public ValueTask DisposeAsync() => _queue?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<SqsQueue> OpenAsync(CancellationToken cancellationToken) =>
        _queue ??= await SqsQueue.OpenAsync(address, options, logger, time, cancellationToken);
}
