namespace Eventide.Core.Tests.Queues.Example;

internal sealed class SpoolSender(SpoolDirectory directory) : IQueueSender
{
    public string Name => directory.Name;

    public QueueLimits Limits => SpoolDirectory.Limits;

    public ValueTask<IReadOnlyList<SendResult>> SendAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var results = new SendResult[messages.Count];
        for (var i = 0; i < results.Length; i++)
        {
            try
            {
                results[i] = new SendResult(directory.Add(messages[i]));
            }
            catch (IOException e)
            {
                // Each message for itself: those before it are in the queue.
                results[i] = new SendResult(null, e.Message, IsTransient: true);
            }
        }

        return new(results);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
