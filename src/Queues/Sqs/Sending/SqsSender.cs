using Eventide.Queues.Sqs.Client;
using Eventide.Queues.Sqs.Messages;
using Eventide.Queues.Sqs.Wire;

namespace Eventide.Queues.Sqs.Sending;

/// <summary>The sending half of an SQS queue.</summary>
internal sealed class SqsSender(SqsQueue queue) : IQueueSender
{
    private readonly SqsEncoder _encoder = queue.CreateEncoder();

    public string Name => queue.Name;

    public QueueLimits Limits { get; } = queue.Limits;

    public async ValueTask<IReadOnlyList<SendResult>> SendAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var results = new SendResult[messages.Count];
        var batches = Batches(messages, results);
        for (var i = 0; i < batches.Count; i++)
        {
            try
            {
                var answer = await queue.CallAsync("SendMessageBatch", SqsRequests.Send(queue.Url, batches[i]), SqsAnswers.Batch, cancellationToken);
                Fill(results, batches[i], answer);
            }
            catch (SqsException e) when (i > 0)
            {
                // Part of it has been sent: tell message by message. The rest is not tried, so that no order is turned round.
                foreach (var (index, _) in batches.Skip(i).SelectMany(b => b))
                {
                    results[index] = new SendResult(null, e.Message, e.IsTransient);
                }

                break;
            }
        }

        return results;
    }

    public ValueTask DisposeAsync() => queue.DisposeAsync();

    /// <summary>Encodes the messages and splits them where SQS' limit of ten, or of bytes, wants it.</summary>
    private List<List<(int Index, SqsEntry Entry)>> Batches(IReadOnlyList<OutgoingMessage> messages, SendResult[] results)
    {
        var batches = new List<List<(int, SqsEntry)>>();
        List<(int, SqsEntry)>? batch = null;
        long bytes = 0;
        for (var i = 0; i < messages.Count; i++)
        {
            if (_encoder.Encode(messages[i], out var error) is not { } entry)
            {
                results[i] = new SendResult(null, error ?? "it cannot be encoded");
                continue;
            }

            if (batch is null || batch.Count == 10 || bytes + entry.Bytes > SqsQueue.MostBytes)
            {
                batches.Add(batch = new List<(int, SqsEntry)>(10));
                bytes = 0;
            }

            batch.Add((i, entry));
            bytes += entry.Bytes;
        }

        return batches;
    }

    private void Fill(SendResult[] results, List<(int Index, SqsEntry Entry)> batch, SqsBatchAnswer answer)
    {
        foreach (var (index, _) in batch)
        {
            results[index] = new SendResult(null, "the answer to SendMessageBatch does not mention this message", true);
        }

        foreach (var sent in answer.Successful)
        {
            if (Find(sent.Id) is { } found)
            {
                results[found.Index] = Check(found.Entry, sent);
            }
        }

        foreach (var failed in answer.Failed)
        {
            if (Find(failed.Id) is { } found)
            {
                results[found.Index] = new SendResult(
                    null, SqsErrors.Line(failed.Code, failed.Message), SqsErrors.IsTransient(failed.Code, failed.Message, failed.SenderFault));
            }
        }

        (int Index, SqsEntry Entry)? Find(string id) =>
            SqsQueue.Place(id, results.Length) is { } place && batch.Exists(e => e.Index == place) ? batch.Find(e => e.Index == place) : null;
    }

    private SendResult Check(SqsEntry entry, SqsSent sent)
    {
        if (SqsDigest.Fits(entry.Body.Span, sent.BodyMd5) && SqsDigest.Fits(entry.Attributes, sent.AttributesMd5))
        {
            return new SendResult(sent.MessageId);
        }

        SqsMetrics.Damaged.Add(1, new KeyValuePair<string, object?>("queue", queue.Name));
        return new SendResult(
            null, $"SQS took the message as {sent.MessageId}, but damaged (its MD5 differs from what was sent); send it again", true);
    }
}
